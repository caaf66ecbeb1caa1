package mqtt

import (
	mochi "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/packets"
)

// receiptQueue bounds what one connection may have on its way to the disk.
const receiptQueue = 1024

// publisher acknowledges the messages of one connection once they are on
// disk, in their order, while the connection is read on: so the messages of
// one device share a sync, too.
type publisher struct {
	queue chan receipt
}

// receipt is a message that still has to be acknowledged.
type receipt struct {
	pending *pendingAppend
	packet  packets.Packet
}

// publisher returns the connection's publisher. It is called, like everything
// that sends to or closes the queue, from the connection's read goroutine.
func (h *hook) publisher(cl *mochi.Client) *publisher {
	if p, ok := h.publishers.Load(cl); ok {
		return p.(*publisher)
	}
	p := &publisher{queue: make(chan receipt, receiptQueue)}
	h.publishers.Store(cl, p)
	go func() {
		for r := range p.queue {
			h.settle(cl, r)
		}
	}()
	return p
}

// settle waits for the disk, acknowledges, and hands the message on to other
// subscribers than the session. After an error the connection is closed; the
// publisher sends again what it has no acknowledgement for.
func (h *hook) settle(cl *mochi.Client, r receipt) {
	if err := r.pending.wait(); err != nil {
		h.log.Error().Err(err).Str("device", cl.ID).Msg("an MQTT message was not accepted")
		cl.Stop(err)
		return
	}
	if r.packet.FixedHeader.Qos == 1 {
		ack := packets.Packet{
			FixedHeader: packets.FixedHeader{Type: packets.Puback},
			PacketID:    r.packet.PacketID,
		}
		if err := cl.WritePacket(ack); err != nil {
			cl.Stop(err)
		}
	}
	h.handOn(r.packet)
}

// handOn gives a message to the library for retaining and for other
// subscribers, if there are any.
func (h *hook) handOn(pk packets.Packet) {
	others := pk.FixedHeader.Retain
	subscribers := h.server.Topics.Subscribers(pk.TopicName)
	for id := range subscribers.Subscriptions {
		others = others || id != h.opts.Session
	}
	if !others && len(subscribers.Shared) == 0 {
		return
	}
	if err := h.server.Publish(pk.TopicName, pk.Payload, pk.FixedHeader.Retain, pk.FixedHeader.Qos); err != nil {
		h.log.Debug().Err(err).Str("topic", pk.TopicName).Msg("handing an MQTT message on")
	}
}
