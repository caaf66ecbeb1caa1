package mqtt

import (
	"crypto/subtle"
	"errors"
	"strings"
	"sync"

	mochi "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/packets"
	"github.com/rs/zerolog"
)

// hook is what the library calls at every step of a message's way.
type hook struct {
	mochi.HookBase
	opts       Options
	server     *mochi.Server
	journal    *journal
	delivery   *delivery
	log        zerolog.Logger
	publishers sync.Map // *mochi.Client → *publisher, for connections that have published
}

// ID names the hook in the library's log.
func (h *hook) ID() string { return "holter-journal" }

// Provides tells the library which calls it need make.
func (h *hook) Provides(b byte) bool {
	return strings.IndexByte(string([]byte{
		mochi.OnConnectAuthenticate, mochi.OnACLCheck, mochi.OnPublish, mochi.OnWill,
		mochi.OnSessionEstablish, mochi.OnSessionEstablished, mochi.OnSubscribed,
		mochi.OnQosComplete, mochi.OnDisconnect, mochi.StoredRetainedMessages,
	}), b) >= 0
}

// OnConnectAuthenticate checks the password.
func (h *hook) OnConnectAuthenticate(cl *mochi.Client, pk packets.Packet) bool {
	if cl.ID == h.opts.Session && h.opts.SessionPassword != "" {
		return subtle.ConstantTimeCompare(pk.Connect.Password, []byte(h.opts.SessionPassword)) == 1
	}
	if h.opts.Username == "" {
		return true
	}
	user := subtle.ConstantTimeCompare(pk.Connect.Username, []byte(h.opts.Username))
	password := subtle.ConstantTimeCompare(pk.Connect.Password, []byte(h.opts.Password))
	return user&password == 1
}

// OnACLCheck keeps the library from delivering to the session what the journal
// delivers to it. Everything else is allowed.
func (h *hook) OnACLCheck(cl *mochi.Client, topic string, write bool) bool {
	if write || cl.ID != h.opts.Session {
		return true
	}
	asksToSubscribe := strings.ContainsAny(topic, "+#")
	return asksToSubscribe || !h.durable(topic)
}

func (h *hook) durable(topic string) bool { return matchesAny(h.opts.Filters, topic) }

// OnPublish puts a message into the journal, if it is to be kept or retained.
// It returns when the message has its place in the order, and blocks while the
// journal is full.
func (h *hook) OnPublish(cl *mochi.Client, pk packets.Packet) (packets.Packet, error) {
	m := message{
		topic: pk.TopicName, payload: pk.Payload, qos: pk.FixedHeader.Qos,
		keep: h.durable(pk.TopicName), retain: pk.FixedHeader.Retain,
	}
	if cl.Net.Inline || !m.keep && !m.retain {
		return pk, nil
	}
	pending, err := h.journal.append(m, cl.Closed)
	if err == nil && pk.FixedHeader.Qos == 2 {
		// Rare, and its handshake has more steps: left to the library once
		// the message is on disk.
		if err = pending.wait(); err == nil {
			return pk, nil
		}
	}
	if err != nil {
		// After any other error the library would go on to acknowledge.
		cl.Stop(err)
		return pk, packets.ErrRejectPacket
	}
	h.publisher(cl).queue <- receipt{pending: pending, packet: pk}
	return pk, packets.ErrRejectPacket // acknowledged later, by the publisher's own goroutine
}

// OnWill puts a device's last will into the journal.
func (h *hook) OnWill(cl *mochi.Client, will mochi.Will) (mochi.Will, error) {
	m := message{
		topic: will.TopicName, payload: will.Payload, qos: will.Qos,
		keep: h.durable(will.TopicName), retain: will.Retain,
	}
	if m.keep || m.retain {
		// On the disk before long; nobody waits for an acknowledgement.
		_, err := h.journal.append(m, func() bool { return true })
		if err != nil && !errors.Is(err, errJournalClosed) {
			h.log.Warn().Err(err).Str("device", cl.ID).Msg("a device's last will is lost")
		}
	}
	return will, nil
}

// OnSessionEstablish comes before a connection inherits the state of the one
// it replaces.
func (h *hook) OnSessionEstablish(cl *mochi.Client, _ packets.Packet) {
	if cl.ID == h.opts.Session {
		h.delivery.stop()
	}
}

// OnSessionEstablished starts delivery when the subscriptions are still known.
func (h *hook) OnSessionEstablished(cl *mochi.Client, _ packets.Packet) {
	if cl.ID == h.opts.Session && cl.State.Subscriptions.Len() > 0 {
		h.delivery.start(cl)
	}
}

// OnSubscribed starts delivery after a subscription.
func (h *hook) OnSubscribed(cl *mochi.Client, _ packets.Packet, _ []byte) {
	if cl.ID == h.opts.Session {
		h.delivery.start(cl)
	}
}

// OnQosComplete settles a message.
func (h *hook) OnQosComplete(cl *mochi.Client, pk packets.Packet) {
	if cl.ID == h.opts.Session {
		h.delivery.acknowledged(cl, pk.PacketID)
	}
}

// OnDisconnect is the last call for a connection.
func (h *hook) OnDisconnect(cl *mochi.Client, _ error, _ bool) {
	if cl.ID == h.opts.Session {
		h.delivery.end(cl)
	}
	if p, ok := h.publishers.LoadAndDelete(cl); ok {
		close(p.(*publisher).queue)
	}
}
