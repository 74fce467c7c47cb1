package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/p2p/protocol/identify"
	"github.com/libp2p/go-libp2p/p2p/protocol/ping"
)

type dialOptions struct {
	link        object
	infos       []peer.AddrInfo
	sessions    int
	concurrency int
	many        bool
	extensions  bool
	behaviour   string
	timeout     time.Duration
	prefix      string
	key         string // its kind
}

// connection is a node of our own together with the peer of the link that it reached.
type connection struct {
	host   host.Host
	remote peer.ID
	conn   network.Conn
	start  time.Time
	closed chan struct{}
	once   sync.Once
}

func connect(ctx context.Context, o *dialOptions) (*connection, error) {
	h, err := newHost(o.key, nil)
	if err != nil {
		return nil, err
	}
	c := &connection{host: h, closed: make(chan struct{})}
	h.Network().Notify(&network.NotifyBundle{DisconnectedF: func(network.Network, network.Conn) {
		c.once.Do(func() { close(c.closed) })
	}})
	var failures []error
	for _, info := range o.infos {
		attempt, cancel := context.WithTimeout(ctx, 10*time.Second)
		// connected through the network, not the host, which would wait for identify
		h.Peerstore().AddAddrs(info.ID, info.Addrs, time.Hour)
		conn, err := h.Network().DialPeer(attempt, info.ID)
		cancel()
		if err == nil {
			c.remote, c.conn, c.start = info.ID, conn, time.Now()
			return c, nil
		}
		failures = append(failures, err)
	}
	_ = h.Close()
	return nil, fmt.Errorf("unreachable: %w", errors.Join(failures...))
}

func (c *connection) open(ctx context.Context) (network.Stream, error) {
	return c.host.NewStream(ctx, c.remote, protocolID)
}

// exchange sends one message on a stream of its own and reads the answer to its end.
func (c *connection) exchange(ctx context.Context, message object) ([]byte, error) {
	deadline, _ := ctx.Deadline()
	s, err := c.open(ctx)
	if err != nil {
		return nil, err
	}
	if err = writeMessage(s, marshal(message), deadline); err == nil {
		var data []byte
		if data, err = readMessage(s, deadline); err == nil {
			_ = s.Close()
			return data, nil
		}
	}
	_ = s.Reset()
	return nil, err
}

type refusal struct{ code, reason string }

func (r refusal) Error() string { return "refused: " + r.reason }

type failure struct {
	code    string
	message string
}

func (f failure) Error() string { return f.message }

func refusalOf(response object) refusal {
	return refusal{text(response, "code"), text(response, "reason")}
}

func parse(data []byte) (object, error) {
	if len(data) == 0 {
		return nil, failure{"peer_gone", "the stream ended without a response"}
	}
	var o object
	if err := json.Unmarshal(data, &o); err != nil || o == nil {
		return nil, failure{"malformed", "the response is no JSON object"}
	}
	return o, nil
}

// session runs one bootstrap and fills in what it learned, even where it ends with an error.
func session(ctx context.Context, o *dialOptions, c *connection, partyID string, result object) error {
	role := text(o.link, "initiatorRole")
	contact := object{"token": o.link["token"], "partyId": partyID, "identityBundle": object{"partyId": partyID},
		"cadrePeerAddrs": []string{"cadre-node-1." + o.prefix + ".example.com"}}
	stepContext := func() (context.Context, context.CancelFunc) {
		if o.behaviour == "field" {
			return context.WithTimeout(ctx, fieldTimeout)
		}
		return context.WithCancel(ctx)
	}
	step, cancel := stepContext()
	data, err := c.exchange(step, contact)
	cancel()
	if err != nil {
		return err
	}
	response, err := parse(data)
	if err != nil {
		return err
	}
	result["response"] = response
	if id := text(response, "sessionId"); id != "" {
		result["sessionId"] = id
	}
	if approved, ok := response["approved"].(bool); !ok {
		return failure{"malformed", "the response has no member approved"}
	} else if !approved {
		return refusalOf(response)
	}
	provision, provisioned := response["provisionResult"].(object)
	if provisioned != (role == "stock") {
		return failure{"role_mismatch", "provisionResult contradicts the role of the link"}
	}
	if role == "stock" {
		tally := child(provision, "tally")
		if text(tally, "createdBy") != "stock" {
			return failure{"role_mismatch", "createdBy contradicts the role of the link"}
		}
		result["tallyId"], result["endpoint"] = text(tally, "tallyId"), text(child(provision, "dbConnectionInfo"), "endpoint")
		return nil
	}
	if o.behaviour == "no-message-3" {
		return nil
	}
	tallyID := "tally-" + random(12)
	endpoint := "wss://go.example/" + tallyID
	result["tallyId"], result["endpoint"] = tallyID, endpoint
	database := object{"tally": object{"tallyId": tallyID, "createdBy": "foil"},
		"dbConnectionInfo": object{"endpoint": endpoint, "credentialsRef": "ref-" + tallyID}}
	if o.extensions && text(response, "sessionId") != "" {
		database["sessionId"] = response["sessionId"]
	}
	step, cancel = stepContext()
	defer cancel()
	if o.behaviour == "field" {
		// The dialer in the field writes its database and takes that for success: it reads no answer.
		s, err := c.open(step)
		if err != nil {
			return err
		}
		deadline, _ := step.Deadline()
		if err = writeMessage(s, marshal(database), deadline); err == nil {
			err = s.Close()
		}
		if err == nil {
			// go-yamux, when it is closed, drops what it has queued: a round trip behind the message shows that it has left.
			err = (<-ping.Ping(step, c.host, c.remote)).Error
		}
		return err
	}
	data, err = c.exchange(step, database)
	if err != nil {
		return err
	}
	if len(data) == 0 {
		result["acknowledged"] = false
		return nil
	}
	ack, err := parse(data)
	if err != nil {
		return err
	}
	result["acknowledgement"] = ack
	if accepted, ok := ack["accepted"].(bool); ok && accepted {
		if text(ack, "tallyId") != tallyID {
			return failure{"conflict", "the acknowledgement names another tally"}
		}
		result["acknowledged"] = true
		return nil
	} else if ok || text(ack, "code") != "" {
		return refusalOf(ack)
	}
	return failure{"not_acknowledged", "the answer to the database result is no acknowledgement"}
}

func halfContact(ctx context.Context, o *dialOptions, c *connection, partyID string) error {
	s, err := c.open(ctx)
	if err != nil {
		return err
	}
	message := marshal(object{"token": o.link["token"], "partyId": partyID, "identityBundle": object{"partyId": partyID}, "cadrePeerAddrs": []string{}})
	if _, err = s.Write(message[:len(message)/2]); err != nil {
		return err
	}
	time.Sleep(50 * time.Millisecond)
	return s.Reset()
}

// idle says nothing and waits for the other side to lose patience.
func idle(ctx context.Context, o *dialOptions, c *connection, result object) error {
	since := c.start
	event := object{"index": result["index"], "what": "connection"}
	if o.behaviour == "idle" {
		since = time.Now()
		s, err := c.open(ctx)
		if err != nil {
			return err
		}
		deadline, _ := ctx.Deadline()
		data, err := readMessage(s, deadline)
		event["what"] = "stream"
		var response object
		if err == nil && json.Unmarshal(data, &response) == nil {
			result["response"], event["response"] = response, response
		}
		_ = s.Reset()
		if ctx.Err() != nil || time.Now().After(deadline) {
			return errors.New("the other side closed nothing in time")
		}
		event["reset"] = err != nil && !errors.Is(err, io.EOF)
	} else {
		select {
		case <-c.closed:
		case <-ctx.Done():
			return errors.New("the other side closed nothing in time")
		}
	}
	event["afterMs"] = time.Since(since).Milliseconds()
	emit("closed", event)
	return nil
}

func (o *dialOptions) run(i int, shared *connection, sharedErr error) string {
	partyID := fmt.Sprintf("%s-%d", o.prefix, i)
	if o.behaviour == "field" {
		partyID = random(16)
	}
	result := object{"index": i, "role": text(o.link, "initiatorRole"), "partyId": partyID}
	ctx, cancel := context.WithTimeout(context.Background(), o.timeout)
	defer cancel()
	c, err := shared, sharedErr
	if o.many {
		c, err = connect(ctx, o)
	}
	if err == nil {
		result["peerId"] = c.host.ID().String()
		switch o.behaviour {
		case "half-contact":
			err = halfContact(ctx, o, c, partyID)
		case "idle", "idle-connection":
			err = idle(ctx, o, c, result)
		default:
			err = session(ctx, o, c, partyID, result)
		}
		if o.many {
			_ = c.host.Close()
		}
	}
	outcome := "done"
	var refused refusal
	var failed failure
	if errors.As(err, &refused) {
		outcome = "refused"
		result["reason"] = refused.reason
		if refused.code != "" {
			result["code"] = refused.code
		}
	} else if err != nil {
		outcome = "failed"
		result["error"] = err.Error()
		if errors.As(err, &failed) {
			result["code"] = failed.code
		}
	}
	result["outcome"] = outcome
	emit("session", result)
	return outcome
}

func dial(o dialOptions) int {
	var shared *connection
	var sharedErr error
	if !o.many {
		ctx, cancel := context.WithTimeout(context.Background(), o.timeout)
		shared, sharedErr = connect(ctx, &o)
		cancel()
	}
	counts := map[string]int{}
	var mu sync.Mutex
	var group sync.WaitGroup
	next := make(chan int)
	for range min(o.concurrency, o.sessions) {
		group.Go(func() {
			for i := range next {
				outcome := o.run(i, shared, sharedErr)
				mu.Lock()
				counts[outcome]++
				mu.Unlock()
			}
		})
	}
	for i := range o.sessions {
		next <- i
	}
	close(next)
	group.Wait()
	if shared != nil {
		_ = shared.host.Close()
	}
	emit("summary", object{"sessions": o.sessions, "done": counts["done"], "refused": counts["refused"], "failed": counts["failed"]})
	if counts["done"] == o.sessions {
		return 0
	}
	return 1
}

// probe asks for what every libp2p node answers besides the bootstrap: identify and ping.
func probe(addr string, timeout time.Duration) int {
	fail := func(err error) int {
		emit("error", object{"message": err.Error()})
		return 1
	}
	info, err := peer.AddrInfoFromString(addr)
	if err != nil {
		return fail(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	o := dialOptions{infos: []peer.AddrInfo{*info}}
	c, err := connect(ctx, &o)
	if err != nil {
		return fail(err)
	}
	defer c.host.Close()
	if ids, ok := c.host.(interface{ IDService() identify.IDService }); ok {
		select {
		case <-ids.IDService().IdentifyWait(c.conn):
		case <-ctx.Done():
			return fail(errors.New("identify: no answer in time"))
		}
	}
	protocols, err := c.host.Peerstore().GetProtocols(c.remote)
	if err != nil || len(protocols) == 0 {
		return fail(errors.New("identify: no protocols learned"))
	}
	agent, _ := c.host.Peerstore().Get(c.remote, "AgentVersion")
	version, _ := c.host.Peerstore().Get(c.remote, "ProtocolVersion")
	addrs := []string{}
	for _, a := range c.host.Peerstore().Addrs(c.remote) {
		addrs = append(addrs, a.String())
	}
	emit("identify", object{"peerId": c.remote.String(), "agentVersion": agent, "protocolVersion": version, "protocols": protocols, "listenAddrs": addrs,
		"muxer": string(c.conn.ConnState().StreamMultiplexer), "earlyMuxer": c.conn.ConnState().UsedEarlyMuxerNegotiation})
	pings := ping.Ping(ctx, c.host, c.remote)
	for range 3 {
		answer, ok := <-pings
		if !ok || answer.Error != nil {
			return fail(fmt.Errorf("ping: %v", answer.Error))
		}
		emit("ping", object{"peerId": c.remote.String(), "rttMs": float64(answer.RTT.Microseconds()) / 1000})
	}
	return 0
}
