package ingest

import (
	"net"
	"sync"
	"testing"

	"github.com/eclipse/paho.mqtt.golang/packets"
	"github.com/stretchr/testify/require"
)

// scriptedBroker is an MQTT broker with one session. It delivers what is
// published to it in order, over every new connection from the first
// unacknowledged message on, as the standard asks; and it watches its client.
type scriptedBroker struct {
	t        testing.TB
	listener net.Listener
	window   int // unacknowledged messages at most; 0: no limit

	mu          sync.Mutex
	changed     *sync.Cond
	queue       []*packets.PublishPacket // not yet acknowledged
	acked       []uint16                 // in the order of the acknowledgements
	sent        int                      // of queue, over the present connection
	conn        net.Conn
	connections int
	pings       int
	published   []*packets.PublishPacket // by the client
	unordered   bool                     // an acknowledgement came out of turn
	nextID      uint16
}

func newScriptedBroker(t testing.TB, window int) *scriptedBroker {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	b := &scriptedBroker{t: t, listener: listener, window: window}
	b.changed = sync.NewCond(&b.mu)
	var connections sync.WaitGroup
	connections.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			connections.Go(func() { b.serve(conn) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		b.cut()
		connections.Wait()
	})
	return b
}

func (b *scriptedBroker) url() string { return "tcp://" + b.listener.Addr().String() }

// publish queues a message for the client.
func (b *scriptedBroker) publish(topic string, payload []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := packets.NewControlPacket(packets.Publish).(*packets.PublishPacket)
	p.Qos, p.TopicName, p.Payload = 1, topic, payload
	b.nextID++
	p.MessageID = b.nextID
	b.queue = append(b.queue, p)
	b.changed.Broadcast()
}

// cut breaks the connection.
func (b *scriptedBroker) cut() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.conn != nil {
		_ = b.conn.Close()
		b.conn = nil
	}
	b.changed.Broadcast()
}

// see reads the broker's state under its lock.
func (b *scriptedBroker) see(look func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	look()
}

func (b *scriptedBroker) pending() (n int) {
	b.see(func() { n = len(b.queue) })
	return n
}

func (b *scriptedBroker) serve(conn net.Conn) {
	defer conn.Close()
	if _, err := packets.ReadPacket(conn); err != nil {
		return
	}
	if packets.NewControlPacket(packets.Connack).Write(conn) != nil {
		return
	}
	b.mu.Lock()
	b.conn, b.sent = conn, 0
	b.connections++
	b.mu.Unlock()
	go b.send(conn)
	for {
		packet, err := packets.ReadPacket(conn)
		if err != nil {
			b.mu.Lock()
			if b.conn == conn {
				b.conn = nil
			}
			b.changed.Broadcast()
			b.mu.Unlock()
			return
		}
		b.answer(conn, packet)
	}
}

func (b *scriptedBroker) answer(conn net.Conn, packet packets.ControlPacket) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch p := packet.(type) {
	case *packets.SubscribePacket:
		ack := packets.NewControlPacket(packets.Suback).(*packets.SubackPacket)
		ack.MessageID, ack.ReturnCodes = p.MessageID, p.Qoss
		_ = ack.Write(conn)
	case *packets.PingreqPacket:
		b.pings++
		_ = packets.NewControlPacket(packets.Pingresp).Write(conn)
	case *packets.PublishPacket:
		b.published = append(b.published, p)
		ack := packets.NewControlPacket(packets.Puback).(*packets.PubackPacket)
		ack.MessageID = p.MessageID
		_ = ack.Write(conn)
	case *packets.PubackPacket:
		if len(b.queue) == 0 || b.queue[0].MessageID != p.MessageID {
			b.unordered = true
			return
		}
		b.acked = append(b.acked, p.MessageID)
		b.queue, b.sent = b.queue[1:], b.sent-1
		b.changed.Broadcast()
	}
}

func (b *scriptedBroker) send(conn net.Conn) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for b.conn == conn {
		if b.sent == len(b.queue) || b.window > 0 && b.sent >= b.window {
			b.changed.Wait()
			continue
		}
		p := b.queue[b.sent]
		b.sent++
		b.mu.Unlock() // a client that reads slowly must not hold its own answers up
		err := p.Write(conn)
		b.mu.Lock()
		if err != nil {
			return
		}
	}
}
