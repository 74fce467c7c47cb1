// Interop peer on go-libp2p. The command line and the events it prints are described in ../../README.md and are
// the same for every peer in this directory.
package main

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p"
	"github.com/libp2p/go-libp2p/core/connmgr"
	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/p2p/muxer/yamux"
	"github.com/libp2p/go-libp2p/p2p/security/noise"
	"github.com/libp2p/go-libp2p/p2p/transport/tcp"
)

const (
	protocolID     = "/taleus/bootstrap/1.0.0"
	maxMessage     = 64 << 10
	fieldTimeout   = 5 * time.Second
	databaseWaitMs = 20000
)

var keyKinds = []string{"ed25519", "rsa", "ecdsa", "secp256k1"}

type object = map[string]any

var out sync.Mutex

var few bool // of a listener's events only ready and error are printed

// emit prints one event as one line, with "event" first so that people can read the log.
func emit(event string, members object) {
	if few && event != "ready" && event != "error" {
		return
	}
	rest, err := json.Marshal(members)
	if err != nil {
		panic(err)
	}
	line := fmt.Sprintf(`{"event":%q`, event)
	if len(members) > 0 {
		line += "," + string(rest[1:])
	} else {
		line += "}"
	}
	out.Lock()
	defer out.Unlock()
	fmt.Println(line)
}

// newKey makes a key of a kind; a seed, which only Ed25519 has, brings back the same one.
func newKey(kind string, seed []byte) (key crypto.PrivKey, err error) {
	switch kind {
	case "rsa":
		key, _, err = crypto.GenerateRSAKeyPair(2048, rand.Reader)
	case "ecdsa":
		key, _, err = crypto.GenerateECDSAKeyPair(rand.Reader)
	case "secp256k1":
		key, _, err = crypto.GenerateSecp256k1Key(rand.Reader)
	default:
		var source io.Reader = rand.Reader
		if len(seed) > 0 {
			source = bytes.NewReader(seed)
		}
		key, _, err = crypto.GenerateEd25519Key(source)
	}
	return key, err
}

// newHost makes a libp2p node with a key of its own. Resource limits and connection pruning are off: the limits under
// test are those of the other side. identify and ping are on, as go-libp2p has them by default.
func newHost(kind string, seed []byte, listen ...string) (host.Host, error) {
	key, err := newKey(kind, seed)
	if err != nil {
		return nil, err
	}
	options := []libp2p.Option{
		libp2p.Identity(key),
		libp2p.Transport(tcp.NewTCPTransport),
		libp2p.Security(noise.ID, noise.New),
		libp2p.Muxer(yamux.ID, yamux.DefaultTransport),
		libp2p.ResourceManager(&network.NullResourceManager{}),
		libp2p.ConnectionManager(connmgr.NullConnMgr{}),
		libp2p.DisableRelay(),
		libp2p.UserAgent("taleus-interop-go"),
	}
	if len(listen) == 0 {
		options = append(options, libp2p.NoListenAddrs)
	} else {
		options = append(options, libp2p.ListenAddrStrings(listen...))
	}
	return libp2p.New(options...)
}

// readMessage reads one message to the end of the stream. An empty end is returned as an empty slice.
func readMessage(s network.Stream, deadline time.Time) ([]byte, error) {
	_ = s.SetReadDeadline(deadline)
	data, err := io.ReadAll(io.LimitReader(s, maxMessage+1))
	if err == nil && len(data) > maxMessage {
		err = errors.New("message too large")
	}
	return data, err
}

// writeMessage writes one message and closes the writing half.
func writeMessage(s network.Stream, data []byte, deadline time.Time) error {
	_ = s.SetWriteDeadline(deadline)
	if _, err := s.Write(data); err != nil {
		return err
	}
	return s.CloseWrite()
}

func marshal(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return data
}

func text(o object, name string) string {
	s, _ := o[name].(string)
	return s
}

func child(o object, name string) object {
	c, _ := o[name].(object)
	return c
}

func fullAddrs(h host.Host) []string {
	addrs := []string{}
	for _, a := range h.Addrs() {
		addrs = append(addrs, a.String()+"/p2p/"+h.ID().String())
	}
	return addrs
}

func parseLink(name string) (object, []peer.AddrInfo, error) {
	var data []byte
	var err error
	if name == "-" {
		data, err = io.ReadAll(os.Stdin)
	} else {
		data, err = os.ReadFile(name)
	}
	if err != nil {
		return nil, nil, err
	}
	var link object
	if err = json.Unmarshal(data, &link); err != nil {
		return nil, nil, fmt.Errorf("link: %w", err)
	}
	if role := text(link, "initiatorRole"); role != "stock" && role != "foil" {
		return nil, nil, errors.New("link: initiatorRole is neither stock nor foil")
	}
	if text(link, "token") == "" {
		return nil, nil, errors.New("link: no token")
	}
	var infos []peer.AddrInfo
	list, _ := link["responderPeerAddrs"].([]any)
	for _, a := range list {
		s, _ := a.(string)
		info, err := peer.AddrInfoFromString(s)
		if err != nil {
			return nil, nil, fmt.Errorf("link: address: %w", err)
		}
		infos = append(infos, *info)
	}
	if len(infos) == 0 {
		return nil, nil, errors.New("link: no addresses")
	}
	return link, infos, nil
}

func usage(message string) {
	emit("error", object{"message": message})
	os.Exit(2)
}

func oneOf(name, value string, allowed ...string) {
	for _, a := range allowed {
		if value == a {
			return
		}
	}
	usage(fmt.Sprintf("--%s: %q is not one of %s", name, value, strings.Join(allowed, ", ")))
}

func main() {
	if len(os.Args) < 2 {
		usage("usage: listen|dial|probe …")
	}
	flags := flag.NewFlagSet(os.Args[1], flag.ContinueOnError)
	flags.SetOutput(os.Stderr)
	muxer := flags.String("muxer", "yamux", "")
	parse := func() {
		if flags.Parse(os.Args[2:]) != nil || flags.NArg() > 0 {
			usage("bad arguments")
		}
		if *muxer == "mplex" {
			usage("--muxer: go-libp2p has no mplex")
		}
		oneOf("muxer", *muxer, "yamux")
	}
	switch os.Args[1] {
	case "listen":
		var o listenOptions
		flags.StringVar(&o.role, "role", "", "")
		tokens := flags.String("tokens", "any", "")
		flags.IntVar(&o.port, "port", 0, "")
		seed := flags.String("seed", "", "")
		flags.StringVar(&o.key, "key", "ed25519", "")
		extensions := flags.String("extensions", "on", "")
		flags.StringVar(&o.behaviour, "behaviour", "normal", "")
		events := flags.String("events", "all", "")
		parse()
		oneOf("events", *events, "all", "few")
		few = *events == "few"
		oneOf("role", o.role, "stock", "foil")
		oneOf("key", o.key, keyKinds...)
		var err error
		if o.seed, err = hex.DecodeString(*seed); err != nil || len(o.seed)%32 != 0 || len(o.seed) > 32 {
			usage("--seed: not 64 hex digits")
		}
		oneOf("extensions", *extensions, "on", "off")
		if code, ok := strings.CutPrefix(o.behaviour, "refuse:"); ok {
			o.behaviour, o.refuse = "refuse", code
		} else {
			oneOf("behaviour", o.behaviour, "normal", "field", "silent", "garbage", "reset")
		}
		o.extensions = *extensions == "on" && o.behaviour != "field"
		if *tokens != "any" {
			o.tokens = strings.Split(*tokens, ",")
		}
		os.Exit(listen(o))
	case "dial":
		var o dialOptions
		linkName := flags.String("link", "", "")
		flags.IntVar(&o.sessions, "sessions", 1, "")
		flags.IntVar(&o.concurrency, "concurrency", 1, "")
		identities := flags.String("identities", "1", "")
		extensions := flags.String("extensions", "on", "")
		flags.StringVar(&o.behaviour, "behaviour", "normal", "")
		timeout := flags.Int("timeout-ms", 30000, "")
		flags.StringVar(&o.prefix, "party-prefix", "party", "")
		flags.StringVar(&o.key, "key", "ed25519", "")
		parse()
		oneOf("identities", *identities, "1", "N")
		oneOf("key", o.key, keyKinds...)
		oneOf("extensions", *extensions, "on", "off")
		oneOf("behaviour", o.behaviour, "normal", "field", "no-message-3", "half-contact", "idle", "idle-connection")
		if o.sessions < 1 || o.concurrency < 1 || *timeout < 1 {
			usage("--sessions, --concurrency and --timeout-ms are positive")
		}
		var err error
		if o.link, o.infos, err = parseLink(*linkName); err != nil {
			usage(err.Error())
		}
		o.many = *identities == "N"
		o.extensions = *extensions == "on" && o.behaviour != "field"
		o.timeout = time.Duration(*timeout) * time.Millisecond
		os.Exit(dial(o))
	case "probe":
		addr := flags.String("addr", "", "")
		timeout := flags.Int("timeout-ms", 30000, "")
		parse()
		os.Exit(probe(*addr, time.Duration(*timeout)*time.Millisecond))
	}
	usage("usage: listen|dial|probe …")
}
