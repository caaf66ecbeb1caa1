package mqtt

import (
	"math"
	"slices"
	"sync"
	"time"

	mochi "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/packets"
	"github.com/rs/zerolog"
)

// delivery sends the journal to the session, in order, with a bounded number
// of messages unacknowledged.
type delivery struct {
	journal *journal
	window  int
	log     zerolog.Logger

	// switching is held while one run gives way to another, so that whoever
	// comes second finds the first one's messages taken back.
	switching sync.Mutex

	mu      sync.Mutex
	current *run   // guarded by mu: nil while the session is away
	sent    uint64 // guarded by mu: highest sequence number ever sent
	lastID  uint16 // guarded by mu: the packet id used last, over all connections
}

// run is the delivery over one connection of the session.
type run struct {
	client   *mochi.Client
	inFlight map[uint16]uint64 // packet id → sequence number; guarded by delivery.mu
	wake     chan struct{}
	quit     chan struct{}
	done     chan struct{}
}

func newDelivery(j *journal, window int, log zerolog.Logger) *delivery {
	return &delivery{journal: j, window: window, log: log}
}

// start begins delivery over a connection, or looks again whether there is
// something to deliver when it had begun before.
func (d *delivery) start(cl *mochi.Client) {
	d.switching.Lock()
	defer d.switching.Unlock()
	if r := d.running(); r != nil && r.client == cl {
		signal(r.wake)
		return
	}
	d.halt()

	r := &run{
		client:   cl,
		inFlight: map[uint16]uint64{},
		wake:     make(chan struct{}, 1),
		quit:     make(chan struct{}),
		done:     make(chan struct{}),
	}
	d.mu.Lock()
	d.current = r
	lastID := d.lastID
	d.mu.Unlock()
	// Packet ids go on where the last connection stopped, so that an
	// acknowledgement that was meant for a message of that connection cannot
	// settle another one of this.
	for range lastID {
		_, _ = cl.NextPacketID()
	}
	go d.deliver(r)
}

// end stops delivery over a connection that is gone.
func (d *delivery) end(cl *mochi.Client) {
	d.switching.Lock()
	defer d.switching.Unlock()
	if r := d.running(); r != nil && r.client == cl {
		d.halt()
	}
}

func (d *delivery) running() *run {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.current
}

// stop stops delivery over whichever connection it runs. What is
// unacknowledged goes out again over the next one.
func (d *delivery) stop() {
	d.switching.Lock()
	defer d.switching.Unlock()
	d.halt()
}

// halt is stop for who holds switching.
func (d *delivery) halt() {
	d.mu.Lock()
	r := d.current
	d.current = nil
	d.mu.Unlock()
	if r == nil {
		return
	}
	close(r.quit)
	r.client.Stop(packets.ErrSessionTakenOver) // a write may be blocked
	<-r.done
	d.mu.Lock()
	defer d.mu.Unlock()
	for id := range r.inFlight {
		// The library would resend them itself, in no order.
		r.client.State.Inflight.Delete(id)
	}
}

// acknowledged settles the message with a packet id, if it is one of the
// journal's.
func (d *delivery) acknowledged(cl *mochi.Client, id uint16) {
	d.mu.Lock()
	defer d.mu.Unlock()
	r := d.current
	if r == nil || r.client != cl {
		return
	}
	seq, ok := r.inFlight[id]
	if !ok {
		return
	}
	delete(r.inFlight, id)
	d.journal.ack(seq)
	signal(r.wake)
}

// deliver runs until the connection ends.
func (d *delivery) deliver(r *run) {
	defer close(r.done)
	var next uint64
	warned := false
	for {
		sent, uncovered, err := d.sendSome(r, &next)
		switch {
		case err != nil:
			d.log.Debug().Err(err).Msg("delivery over MQTT stops")
			r.client.Stop(err)
			return
		case sent > 0:
			continue
		case uncovered != "" && !warned:
			warned = true
			d.log.Warn().Str("topic", uncovered).Str("session", r.client.ID).
				Msg("messages wait: the session has no subscription with QoS 1 for this topic")
		}
		select {
		case <-r.quit:
			return
		case <-r.wake:
		case <-d.journal.changed:
		}
	}
}

// sendSome sends what the window has room for, from sequence number *next on.
// uncovered is the topic at which it stopped because the session does not
// subscribe to it.
func (d *delivery) sendSome(r *run, next *uint64) (sent int, uncovered string, err error) {
	d.mu.Lock()
	room := d.window - len(r.inFlight)
	d.mu.Unlock()
	if room <= 0 {
		return 0, "", nil
	}
	entries, err := d.journal.read(*next, room)
	if err != nil {
		return 0, "", err
	}
	for _, e := range entries {
		if !subscribed(r.client, e.topic) {
			return sent, e.topic, nil
		}
		if err := d.send(r, e); err != nil {
			return sent, "", err
		}
		*next = e.seq + 1
		sent++
	}
	return sent, "", nil
}

func (d *delivery) send(r *run, e entry) error {
	id32, err := r.client.NextPacketID()
	if err != nil {
		return err
	}
	id := uint16(id32 & math.MaxUint16)
	d.mu.Lock()
	again := e.seq <= d.sent
	d.sent = max(d.sent, e.seq)
	d.lastID = id
	r.inFlight[id] = e.seq
	d.mu.Unlock()
	out := packets.Packet{
		FixedHeader: packets.FixedHeader{Type: packets.Publish, Qos: 1, Dup: again},
		TopicName:   e.topic,
		PacketID:    id,
		Created:     time.Now().Unix(),
	}
	// The library takes acknowledgements only for ids that it knows; it need
	// not hold the payload as well.
	r.client.State.Inflight.Set(out)
	out.Payload = e.payload
	return r.client.WritePacket(out)
}

// subscribed reports whether a client has asked for a topic with an
// acknowledged quality of service.
func subscribed(cl *mochi.Client, topic string) bool {
	for filter, sub := range cl.State.Subscriptions.GetAll() {
		if sub.Qos > 0 && matches(filter, topic) {
			return true
		}
	}
	return false
}

// matchesAny reports whether a topic falls under one of the filters.
func matchesAny(filters []string, topic string) bool {
	return slices.ContainsFunc(filters, func(f string) bool { return matches(f, topic) })
}
