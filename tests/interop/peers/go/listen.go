package main

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"sort"
	"sync"
	"syscall"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
)

type listenOptions struct {
	role       string
	tokens     []string // nil: any
	port       int
	key        string // its kind
	seed       []byte // of the identity; empty: a fresh one
	extensions bool
	behaviour  string
	refuse     string
}

// waiting is a foil session that was approved; it outlives the stream and the connection of its contact.
type waiting struct {
	sessionID, peerID string
	done              bool
	tallyID           string
}

type listener struct {
	listenOptions
	self     string
	cadre    []string
	mu       sync.Mutex
	sessions []*waiting
}

// repeatable holds the codes that a dialer tries again after, so that carry retryAfterMs.
var repeatable = []string{"rate_limited", "overloaded", "dependency_unavailable", "shutting_down", "in_progress", "token_in_use", "timeout"}

func reasonFor(code string) string {
	switch code {
	case "invalid_token", "token_expired", "token_used", "token_in_use", "token_revoked":
		return "Invalid token"
	case "invalid_identity":
		return "Invalid identity"
	case "overloaded":
		return "Service temporarily unavailable - too many concurrent sessions"
	}
	return "refused by the interop peer: " + code
}

func random(bytes int) string {
	b := make([]byte, bytes)
	_, _ = rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}

// others names the members of a message that the base protocol and the session id do not account for.
func others(message object, known ...string) []string {
	names := []string{}
	for name := range message {
		if !slices.Contains(known, name) {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	return names
}

func listen(o listenOptions) int {
	h, err := newHost(o.key, o.seed, fmt.Sprintf("/ip4/127.0.0.1/tcp/%d", o.port))
	if err != nil {
		emit("error", object{"message": err.Error()})
		return 1
	}
	l := &listener{listenOptions: o, self: h.ID().String(), cadre: fullAddrs(h)}
	h.SetStreamHandler(protocolID, l.handle)
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	emit("ready", object{"peerId": l.self, "addrs": l.cadre})
	<-stop
	_ = h.Close()
	return 0
}

func (l *listener) handle(s network.Stream) {
	remote := s.Conn().RemotePeer().String()
	deadline := time.Now().Add(30 * time.Second)
	data, err := readMessage(s, deadline)
	if err != nil {
		emit("error", object{"message": err.Error(), "peerId": remote})
		_ = s.Reset()
		return
	}
	// Events are printed before the answer is written: whoever has the answer may count on the event.
	answer := func(v any) {
		if err := writeMessage(s, marshal(v), deadline); err != nil {
			emit("error", object{"message": err.Error(), "peerId": remote})
			_ = s.Reset()
			return
		}
		_ = s.Close()
	}
	refuse := func(database bool, code string) {
		message := object{"reason": reasonFor(code)}
		if database {
			message["accepted"] = false
		} else {
			message["approved"] = false
		}
		if l.extensions {
			message["code"] = code
			if slices.Contains(repeatable, code) {
				message["retryAfterMs"] = 200
			}
		}
		emit("refused", object{"code": code, "reason": message["reason"], "peerId": remote})
		answer(message)
	}
	var message object
	if json.Unmarshal(data, &message) != nil || message == nil {
		refuse(false, "malformed")
		return
	}
	_, isContact := message["token"]
	_, isDatabase := message["tally"]
	if isContact == isDatabase {
		refuse(false, "malformed")
		return
	}
	if isContact {
		token, okToken := message["token"].(string)
		party, okParty := message["partyId"].(string)
		cadre, okCadre := message["cadrePeerAddrs"].([]any)
		bundle, okBundle := message["identityBundle"]
		if !okToken || !okParty || !okCadre || !okBundle {
			refuse(false, "malformed")
			return
		}
		emit("contact", object{"token": token, "partyId": party, "peerId": remote, "cadrePeerAddrs": cadre, "identityBundle": bundle,
			"extra": others(message, "token", "partyId", "cadrePeerAddrs", "identityBundle")})
	} else {
		tally, info := child(message, "tally"), child(message, "dbConnectionInfo")
		if tally == nil || info == nil || text(tally, "tallyId") == "" || text(info, "endpoint") == "" {
			refuse(true, "malformed")
			return
		}
		event := object{"tallyId": text(tally, "tallyId"), "createdBy": text(tally, "createdBy"), "endpoint": text(info, "endpoint"),
			"credentialsRef": text(info, "credentialsRef"), "peerId": remote,
			"extra": others(message, "tally", "dbConnectionInfo", "sessionId")}
		if id := text(message, "sessionId"); id != "" {
			event["sessionId"] = id
		}
		emit("database", event)
	}
	switch l.behaviour {
	case "silent":
		select {} // the stream stays open, unanswered, until the other side or the process ends
	case "garbage":
		_ = writeMessage(s, []byte("this is no JSON {"), deadline)
		_ = s.Close()
		return
	case "reset":
		emit("reset", object{"peerId": remote})
		_ = s.Reset()
		return
	case "refuse":
		refuse(isDatabase, l.refuse)
		return
	}
	if isContact {
		l.contact(message, remote, answer, refuse)
	} else if l.behaviour == "field" {
		// The listener in the field takes whatever arrives for a new contact, and finds no token in it.
		emit("refused", object{"code": "invalid_token", "reason": "Invalid token", "peerId": remote})
		answer(object{"approved": false, "reason": "Invalid token"})
	} else {
		l.database(message, remote, answer, refuse)
	}
}

func (l *listener) contact(message object, remote string, answer func(any), refuse func(bool, string)) {
	token, party := text(message, "token"), text(message, "partyId")
	if l.tokens != nil && !slices.Contains(l.tokens, token) {
		refuse(false, "invalid_token")
		return
	}
	if party == "" || text(child(message, "identityBundle"), "partyId") != party {
		refuse(false, "invalid_identity")
		return
	}
	result := object{"approved": true, "partyId": l.self, "cadrePeerAddrs": l.cadre}
	event := object{"token": token, "partyId": party, "peerId": remote}
	id := random(16)
	if l.extensions {
		result["sessionId"], event["sessionId"] = id, id
	}
	if l.role == "stock" {
		tallyID := "tally-" + random(12)
		result["provisionResult"] = object{
			"tally":            object{"tallyId": tallyID, "createdBy": "stock"},
			"dbConnectionInfo": object{"endpoint": "wss://go.example/" + tallyID, "credentialsRef": "ref-" + tallyID},
		}
		event["tallyId"] = tallyID
	} else {
		if l.extensions {
			result["expiresInMs"] = databaseWaitMs
		}
		l.mu.Lock()
		l.sessions = append(l.sessions, &waiting{sessionID: id, peerID: remote})
		l.mu.Unlock()
	}
	emit("approved", event)
	answer(result)
}

// find tells which session a database result belongs to, or why to none.
func (l *listener) find(id, remote, tallyID string) (*waiting, string) {
	var candidates []*waiting
	for _, w := range l.sessions {
		if w.peerID != remote {
			continue
		}
		if id != "" && l.extensions {
			if w.sessionID == id {
				if w.done && w.tallyID != tallyID {
					return nil, "conflict"
				}
				return w, ""
			}
		} else if w.done && w.tallyID == tallyID {
			return w, ""
		} else if !w.done {
			candidates = append(candidates, w)
		}
	}
	switch len(candidates) {
	case 0:
		return nil, "no_such_session"
	case 1:
		return candidates[0], ""
	}
	return nil, "ambiguous_session"
}

func (l *listener) database(message object, remote string, answer func(any), refuse func(bool, string)) {
	tally := child(message, "tally")
	tallyID := text(tally, "tallyId")
	if text(tally, "createdBy") != l.role {
		refuse(true, "role_mismatch")
		return
	}
	l.mu.Lock()
	w, code := l.find(text(message, "sessionId"), remote, tallyID)
	if code == "" {
		w.done, w.tallyID = true, tallyID
	}
	l.mu.Unlock()
	if code != "" {
		refuse(true, code)
		return
	}
	event := object{"tallyId": tallyID, "peerId": remote}
	if l.extensions {
		event["sessionId"] = w.sessionID
	}
	emit("acknowledged", event)
	answer(object{"accepted": true, "tallyId": tallyID})
}
