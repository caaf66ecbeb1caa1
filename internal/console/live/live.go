package live

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/holterd/holter/internal/console/web"
	"github.com/holterd/holter/internal/console/wire"
	"github.com/holterd/holter/internal/kafka"
)

// Live is the board and the viewers, fed from Kafka while Run runs.
type Live struct {
	*Board
	client     *kafka.Client
	partitions int
	verdicts   verdicts
	log        zerolog.Logger
	hub        hub
	behind     atomic.Int64  // tails that have not caught up
	caughtUp   chan struct{} // closed when all have

	mu      sync.Mutex
	looking map[int]*looking // guarded by mu; by partition
	base    context.Context  // guarded by mu; of Run, nil before
	tails   sync.WaitGroup
}

// looking is that somebody looks at patients of a partition.
type looking struct {
	viewers int
	stop    context.CancelFunc
}

// New prepares it; partitions is kafka.partitions.
func New(client *kafka.Client, partitions int, reviews Reviews, log zerolog.Logger, metrics prometheus.Registerer) (*Live, error) {
	dropped := prometheus.NewCounter(prometheus.CounterOpts{
		Name: "holter_console_viewers_dropped_total", Help: "Viewers that were let go because they were too slow.",
	})
	l := &Live{
		Board: NewBoard(), client: client, partitions: partitions, log: log, caughtUp: make(chan struct{}), looking: make(map[int]*looking),
		verdicts: verdicts{store: reviews, now: time.Now, all: make(map[string]*verdict)},
	}
	l.hub.dropped = dropped.Inc
	l.behind.Store(int64(partitions * len(followed)))
	return l, metrics.Register(dropped)
}

// Ready tells whether the board has caught up with Kafka.
func (l *Live) Ready() bool { return l.behind.Load() == 0 }

// Run follows Kafka until ctx is done.
func (l *Live) Run(ctx context.Context) error {
	l.mu.Lock()
	l.base = ctx
	l.mu.Unlock()
	defer l.tails.Wait()
	defer l.hub.close()
	caught := func() {
		if l.behind.Add(-1) == 0 {
			close(l.caughtUp)
		}
	}
	begun := time.Now()
	for _, f := range followed {
		for p := range l.partitions {
			l.tails.Go(func() { l.follow(ctx, f, p, caught) })
		}
	}
	l.tails.Go(func() { l.lookBack(ctx, begun) })
	l.tell(ctx)
	return nil
}

// follow reads a partition until ctx is done.
func (l *Live) follow(ctx context.Context, f feed, partition int, caughtUp func()) {
	from := kafka.Newest
	if f.since != nil {
		from = f.since(time.Now())
	}
	err := l.client.Tail(ctx, f.topic, partition, from, func(m kafka.Message) error {
		if err := f.take(l, m); err != nil {
			l.log.Warn().Err(err).Str("topic", m.Topic).Int("partition", m.Partition).Int64("offset", m.Offset).Msg("a message cannot be read and is left out")
		}
		return nil
	}, caughtUp)
	if err != nil && ctx.Err() == nil {
		l.log.Error().Err(err).Str("topic", f.topic).Msg("the console does not follow a topic any more; start it again")
	}
}

// context is that of Run.
func (l *Live) context() context.Context {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.base
}

// errCrowded is told to one viewer too many.
var errCrowded = &web.Error{Status: http.StatusServiceUnavailable, Text: "too many pages are open, or the server is being stopped", Remedy: "close some and try again"}

// Look lets somebody look at a patient, or at the list when it is "". What
// happens comes with Events until done is called, which has to be.
func (l *Live) Look(patient string) (v *Viewer, done func(), err error) {
	v, ok := l.hub.join(patient)
	if !ok {
		return nil, nil, errCrowded
	}
	if patient == "" {
		return v, func() { l.hub.leave(patient, v) }, nil
	}
	partition := kafka.PartitionFor(patient, l.partitions)
	l.begin(partition)
	return v, func() { l.hub.leave(patient, v); l.end(partition) }, nil
}

// begin follows the signal and the events of a partition, if nobody did.
func (l *Live) begin(partition int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if at := l.looking[partition]; at != nil {
		at.viewers++
		return
	}
	if l.base == nil || l.base.Err() != nil {
		l.looking[partition] = &looking{viewers: 1, stop: func() {}}
		return
	}
	ctx, stop := context.WithCancel(l.base)
	l.looking[partition] = &looking{viewers: 1, stop: stop}
	for _, f := range shown {
		l.tails.Go(func() { l.follow(ctx, f, partition, nil) })
	}
}

func (l *Live) end(partition int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := l.looking[partition]
	if at.viewers--; at.viewers == 0 {
		at.stop()
		delete(l.looking, partition)
	}
}

const tellEvery = time.Second

// tell sends the list and the devices of those who are looked at when they have
// changed, until ctx is done.
func (l *Live) tell(ctx context.Context) {
	tick := time.NewTicker(tellEvery)
	defer tick.Stop()
	said := make(map[string][]byte) // by topic, and device
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		topics := l.hub.topics()
		l.verdicts.keep(topics)
		if len(topics) == 0 {
			clear(said)
			continue
		}
		now := time.Now()
		for _, topic := range topics {
			if topic == "" {
				l.sayIfNew(said, "", "", "patients", List{l.Patients(now)})
				continue
			}
			p, _ := l.Patient(topic, now)
			for _, d := range p.Devices {
				l.sayIfNew(said, topic, d.ID, "device", d)
			}
		}
	}
}

// List is the list of patients.
type List struct {
	Patients []wire.Patient `json:"patients"`
}

func (l *Live) sayIfNew(said map[string][]byte, topic, device, name string, value any) {
	text, err := json.Marshal(value)
	if err != nil {
		l.log.Error().Err(err).Str("event", name).Msg("cannot be told")
		return
	}
	key := fmt.Sprintf("%s\x00%s", topic, device)
	if !bytes.Equal(said[key], text) {
		said[key] = text
		l.hub.send(topic, web.Event{Name: name, Data: text})
	}
}
