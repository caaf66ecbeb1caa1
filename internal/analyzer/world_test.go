package analyzer

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/holterd/holter/internal/influx"
	"github.com/holterd/holter/internal/kafka"
	"github.com/holterd/holter/internal/questions"
	"github.com/holterd/holter/pkg/localize"
	"github.com/holterd/holter/pkg/window"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// world is what outlives an analyzer: one partition of every topic, and the
// event store.
type world struct {
	mu        sync.Mutex
	now       time.Time
	topics    map[string][]kafka.Message
	committed int64
	events    map[string]localize.Event
	windows   map[string]influx.Window
	storedAt  map[string]time.Time // event → when it was first stored
	lateness  []time.Duration      // of every version, from its last sample
	reject    func(localize.Event) string
}

func newWorld() *world {
	return &world{
		now: began, topics: map[string][]kafka.Message{},
		events: map[string]localize.Event{}, windows: map[string]influx.Window{}, storedAt: map[string]time.Time{},
	}
}

func (w *world) append(topic string, messages ...kafka.Message) {
	for _, m := range messages {
		m.Topic, m.Offset = topic, int64(len(w.topics[topic]))
		if m.Time.IsZero() {
			m.Time = w.now
		}
		w.topics[topic] = append(w.topics[topic], m)
	}
}

// feed appends what wearables sent, in the order of their times.
func (w *world) feed(records ...kafka.Message) {
	slices.SortStableFunc(records, func(a, b kafka.Message) int { return a.Time.Compare(b.Time) })
	w.append(kafka.TopicSamples, records...)
}

// beatsOf sums the beats of the stored events of a kind.
func (w *world) beatsOf(patient, kind string) int {
	n := 0
	for _, e := range w.events {
		if e.Patient == patient && e.Kind == kind {
			n += e.Beats
		}
	}
	return n
}

// sent is the last version of every event on ecg.events, and how many new beats
// each brought, repetitions left out.
func (w *world) sent(t *testing.T) (last map[string]localize.Event, beats map[string]int) {
	last, beats = map[string]localize.Event{}, map[string]int{}
	seen := map[string]bool{}
	for _, m := range w.topics[kafka.TopicEvents] {
		var p holterv1.Event
		require.NoError(t, proto.Unmarshal(m.Value, &p))
		e := fromMessage(&p)
		version := e.ID + " " + e.Window
		if !seen[version] {
			beats[e.ID] += len(e.NewBeats)
		}
		seen[version] = true
		e.NewBeats, e.Before, e.Between = nil, nil, nil
		last[e.ID] = e
	}
	return last, beats
}

// how an operation ends when the process is killed at it.
const (
	before = iota
	halfway
	after
)

var errKilled = backoff.Permanent(errors.New("killed"))

// life is one run of an analyzer, which may be killed at one of its operations
// on the world. After that it changes nothing any more.
type life struct {
	*world
	left   int // operations until it is killed; 0: never
	how    int
	killed bool
	ops    int
	kill   context.CancelFunc
}

// do is one operation: n parts of an effect.
func (l *life) do(n int, effect func(from, to int)) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.killed {
		return errKilled
	}
	l.ops++
	if l.ops != l.left {
		effect(0, n)
		return nil
	}
	l.killed = true
	l.kill()
	switch l.how {
	case halfway:
		effect(0, n/2)
	case after:
		effect(0, n)
	}
	return errKilled
}

func (l *life) WriteTo(_ context.Context, topic string, _ int, messages ...kafka.Message) error {
	return l.do(len(messages), func(from, to int) { l.append(topic, messages[from:to]...) })
}

func (l *life) Write(ctx context.Context, topic string, messages ...kafka.Message) error {
	return l.WriteTo(ctx, topic, 0, messages...)
}

func (l *life) Commit(next int64) error {
	return l.do(1, func(from, to int) {
		if to > from {
			l.committed = next
		}
	})
}

func (l *life) Read(context.Context) (kafka.Message, error) { return kafka.Message{}, errKilled }

func (l *life) ReadCompacted(_ context.Context, topic string, _ int) (map[string]kafka.Message, error) {
	newest := map[string]kafka.Message{}
	for _, m := range l.topics[topic] {
		if m.Value == nil {
			delete(newest, string(m.Key))
		} else {
			newest[string(m.Key)] = m
		}
	}
	return newest, nil
}

func (l *life) Ping(context.Context) error { return nil }

func (l *life) WriteEvents(_ context.Context, events []localize.Event) error {
	var rejected []influx.Rejected
	err := l.do(len(events), func(from, to int) {
		for i := from; i < to; i++ {
			e := events[i]
			if l.reject != nil {
				if reason := l.reject(e); reason != "" {
					rejected = append(rejected, influx.Rejected{Name: e.ID, Index: i, Reason: reason})
					continue
				}
			}
			if _, ok := l.storedAt[e.ID]; !ok {
				l.storedAt[e.ID] = l.now
			}
			l.lateness = append(l.lateness, l.now.Sub(e.End))
			e.NewBeats, e.Before, e.Between = nil, nil, nil // as InfluxDB does
			l.events[e.ID] = e
		}
	})
	if err == nil && rejected != nil {
		return &influx.RejectedError{Points: rejected}
	}
	return err
}

func (l *life) WriteWindows(_ context.Context, windows []influx.Window) error {
	return l.do(len(windows), func(from, to int) {
		for _, w := range windows[from:to] {
			l.windows[w.Device+" "+w.ID()] = w
		}
	})
}

// options of a life.
type options struct {
	model     Model
	registry  Registry
	questions []string
	killAt    int
	how       int
	observer  Observer
	// sizes gives the number of records that arrive together.
	sizes func() int
}

func (w *world) analyzer(t *testing.T, l *life, o options) *worker {
	t.Helper()
	if o.questions == nil {
		o.questions = []string{"V", "A"}
	}
	if o.registry == nil {
		o.registry = devices{}
	}
	defaults, err := parseQuestions(o.questions)
	require.NoError(t, err)
	return &worker{
		source: l, history: l, writer: l, store: l, model: o.model, modelName: modelName(o.model.Info()), observer: o.observer,
		standing: standing{registry: o.registry, defaults: defaults, codes: codesOf(o.model.Info()), log: zerolog.Nop(), parsed: map[string][]question{}},
		cfg:      window.Config{}, idle: 30 * time.Second, retention: 168 * time.Hour,
		now: func() time.Time { return w.now }, held: questions.NewHeld(),
		metrics: newMetrics(nil), health: newHealth(), log: zerolog.Nop(),
		next: w.committed, committed: w.committed, clock: streamClock{now: func() time.Time { return w.now }},
	}
}

// live runs an analyzer over what is in the log and reports whether it came to
// the end and how many operations it did.
func (w *world) live(t *testing.T, o options) (survived bool, ops int) {
	t.Helper()
	ctx, kill := context.WithCancel(t.Context())
	defer kill()
	l := &life{world: w, left: o.killAt, how: o.how, kill: kill}
	a := w.analyzer(t, l, o)
	err := a.recover(ctx)
	if o.sizes == nil {
		o.sizes = func() int { return 7 }
	}
	for err == nil && int(a.next) < len(w.topics[kafka.TopicSamples]) {
		rest := w.topics[kafka.TopicSamples][a.next:]
		err = a.work(ctx, rest[:min(len(rest), max(1, o.sizes()))])
	}
	if err == nil { // the devices fall silent
		a.clock.wait()
		w.now = w.now.Add(time.Minute)
		err = a.work(ctx, nil)
		w.now = w.now.Add(-time.Minute)
	}
	if err != nil {
		require.True(t, l.killed, "%v", err)
	}
	return !l.killed, l.ops
}

// someRecords are three recordings side by side: one complete, one whose end is
// never sent, one with a gap, repeated and late chunks; and two that are refused.
func someRecords() ([]*tape, []kafka.Message) {
	tapes := []*tape{makeTape(0, 45), makeTape(1, 31), makeTape(2, 40)}
	var records []kafka.Message
	for _, t := range tapes {
		for i, c := range t.chunks() {
			c.EndOfRecording = c.EndOfRecording && t.number != 1
			if t.number == 2 && (i == 20 || i == 21) {
				continue
			}
			m := t.record(c)
			if t.number == 2 && i%9 == 4 {
				m.Time = m.Time.Add(2500 * time.Millisecond) // late: after its successors
			}
			records = append(records, m)
			if t.number < 2 && i == 10 {
				records = append(records, poison(t, c, m))
			}
			if t.number == 2 && i%7 == 3 {
				m.Time = m.Time.Add(1500 * time.Millisecond)
				records = append(records, m)
			}
		}
	}
	return tapes, records
}

// poison is a record that no analyzer can use.
func poison(t *tape, c *holterv1.SampleChunk, m kafka.Message) kafka.Message {
	if t.number == 0 {
		m.Value = []byte("\xff\xff not protobuf")
		return m
	}
	impossible := proto.Clone(c).(*holterv1.SampleChunk)
	impossible.SamplingRateHz = 7
	impossible.Sequence++
	r := t.record(impossible)
	r.Time = m.Time
	return r
}

func randomSizes(seed uint64) func() int {
	r := rand.New(rand.NewPCG(seed, 1))
	return func() int { return 1 + r.IntN(20) }
}
