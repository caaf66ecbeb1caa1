package analyzer

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/holterd/holter/internal/config"
	"github.com/holterd/holter/internal/kafka"
	"github.com/holterd/holter/pkg/localize"
)

// within is how long a test waits for what must happen.
const within = 60 * time.Second

// brokerOn starts a broker that keeps its data on disk.
func brokerOn(t *testing.T) (config.Config, *kafka.Client) {
	t.Helper()
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.DataDir(t.TempDir()), kfake.SyncWrites())
	require.NoError(t, err)
	t.Cleanup(cluster.Close)
	cfg := config.Default()
	cfg.Kafka.Brokers = cluster.ListenAddrs()
	cfg.Kafka.Partitions = 3
	cfg.Window.Idle = 15 * time.Second // a machine at work is not a silent device
	cfg.Analyzer.Questions = []string{"V", "A"}
	client, err := kafka.NewClient(cfg.Kafka, zerolog.Nop())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	require.NoError(t, client.EnsureTopics(t.Context()))
	return cfg, client
}

// killable puts a life's end between an analyzer and the broker.
type killable struct {
	*life
	writer *kafka.Writer
	from   *kafka.Partition
}

func (k killable) Write(ctx context.Context, topic string, messages ...kafka.Message) error {
	return k.io(func() error { return k.writer.Write(ctx, topic, messages...) })
}

func (k killable) WriteTo(ctx context.Context, topic string, partition int, messages ...kafka.Message) error {
	return k.io(func() error { return k.writer.WriteTo(ctx, topic, partition, messages...) })
}

func (k killable) Read(ctx context.Context) (kafka.Message, error) { return k.from.Read(ctx) }

func (k killable) Commit(next int64) error {
	return k.io(func() error { return k.from.Commit(next) })
}

func (k killable) io(effect func() error) error {
	var failure error
	if err := k.do(1, func(from, to int) {
		if to > from {
			failure = effect()
		}
	}); err != nil {
		return err
	}
	return failure
}

// begin starts an analyzer on a broker; killAt 0: it is never killed. The
// channel is closed when it has ended.
func begin(t *testing.T, cfg config.Config, w *world, o options) (stop context.CancelFunc, ended <-chan struct{}) {
	t.Helper()
	ctx, kill := context.WithCancel(t.Context())
	l := &life{world: w, left: o.killAt, how: o.how, kill: kill}
	s, err := New(cfg, zerolog.Nop(), Parts{Model: o.model, Store: l, Registry: devices{}, Metrics: prometheus.NewRegistry()})
	require.NoError(t, err)
	k := killable{life: l, writer: s.client.NewWriter()}
	s.writer = k
	s.reach = func(p *kafka.Partition) source { k := k; k.from = p; return k }
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := s.Run(ctx); err != nil {
			t.Error(err)
		}
	}()
	t.Cleanup(func() { kill(); <-done })
	return kill, done
}

// holds tells whether the store holds what another does.
func (w *world) holds(want *world) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return maps.Equal(want.windows, w.windows) && maps.EqualFunc(want.events, w.events, func(a, b localize.Event) bool {
		return reflect.DeepEqual(a, b)
	})
}

// same waits until the store holds what an undisturbed run stores.
func same(t *testing.T, want, got *world, msg string) {
	t.Helper()
	eventually(func() bool { return got.holds(want) })
	got.mu.Lock()
	defer got.mu.Unlock()
	require.Equal(t, want.windows, got.windows, msg)
	require.Equal(t, want.events, got.events, msg)
}

func eventually(condition func() bool) bool {
	for deadline := time.Now().Add(within); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if condition() {
			return true
		}
	}
	return false
}

// reference is what an undisturbed run stores of some records.
func reference(t *testing.T, tapes []*tape, records []kafka.Message) *world {
	t.Helper()
	w := newWorld()
	w.feed(slices.Clone(records)...)
	survived, _ := w.live(t, options{model: &oracle{tapes: tapes}})
	require.True(t, survived)
	return w
}

func TestKilledOnARealBroker(t *testing.T) {
	tapes, records := someRecords()
	want := reference(t, tapes, records)
	cfg, client := brokerOn(t)
	slices.SortStableFunc(records, func(a, b kafka.Message) int { return a.Time.Compare(b.Time) })
	require.NoError(t, client.NewWriter().Write(t.Context(), kafka.TopicSamples, records...))
	w := newWorld()
	r := rand.New(rand.NewPCG(1, 2))
	lives := 0
	for done := false; !done; lives++ {
		stop, ended := begin(t, cfg, w, options{model: &oracle{tapes: tapes}, killAt: 1 + r.IntN(6), how: r.IntN(3)})
		require.True(t, eventually(func() bool {
			select {
			case <-ended:
				return true
			default:
				done = w.holds(want)
				return done
			}
		}), "no progress in life %d", lives)
		stop()
		<-ended
	}
	require.Greater(t, lives, 3)
	same(t, want, w, "killed again and again")
}

func TestTwoAnalyzersShareAndTakeOver(t *testing.T) {
	var tapes []*tape
	var records []kafka.Message
	for i := range 6 {
		tapes = append(tapes, makeTape(i, 40))
		for _, c := range tapes[i].chunks() {
			records = append(records, tapes[i].record(c))
		}
	}
	want := reference(t, tapes, records)
	slices.SortStableFunc(records, func(a, b kafka.Message) int { return a.Time.Compare(b.Time) })
	cfg, client := brokerOn(t)
	cfg.Window.Idle = time.Hour // nobody falls silent here
	w := newWorld()
	feed := func(from, to int) {
		require.NoError(t, client.NewWriter().Write(t.Context(), kafka.TopicSamples, records[from*len(records)/4:to*len(records)/4]...))
	}
	analysed := func(n int) func() bool {
		return func() bool { w.mu.Lock(); defer w.mu.Unlock(); return len(w.windows) >= n }
	}
	model := &oracle{tapes: tapes}
	stopA, endedA := begin(t, cfg, w, options{model: model})
	feed(0, 2)
	require.True(t, eventually(analysed(6)), "the first half was not analysed")
	begin(t, cfg, w, options{model: model}) // the partitions are shared out anew
	feed(2, 3)
	require.True(t, eventually(analysed(18)))
	stopA() // and taken over
	<-endedA
	feed(3, 4)
	same(t, want, w, "two analyzers")
}

func TestReadyOnlyWhileNothingFails(t *testing.T) {
	tapes := []*tape{makeTape(0, 20)}
	cfg, client := brokerOn(t)
	w := newWorld()
	ctx, cancel := context.WithCancel(t.Context())
	healed := make(chan struct{})
	failing := &oracle{tapes: tapes, err: func() error {
		select {
		case <-healed:
			return nil
		default:
			return fmt.Errorf("no model")
		}
	}}
	s, err := New(cfg, zerolog.Nop(), Parts{Model: failing, Store: &life{world: w}, Registry: devices{}})
	require.NoError(t, err)
	require.False(t, s.Ready())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	require.True(t, eventually(s.Ready))
	var records []kafka.Message
	for _, c := range tapes[0].chunks() {
		records = append(records, tapes[0].record(c))
	}
	require.NoError(t, client.NewWriter().Write(t.Context(), kafka.TopicSamples, records...))
	require.True(t, eventually(func() bool { return !s.Ready() }))
	close(healed)
	require.True(t, eventually(s.Ready))
	same(t, reference(t, tapes, records), w, "nothing was dropped")
	cancel()
	require.NoError(t, <-done)
}

func TestNewRefusesQuestionsWithoutAnAnswer(t *testing.T) {
	cfg := config.Default()
	cfg.Analyzer.Questions = []string{"PVC"}
	_, err := New(cfg, zerolog.Nop(), Parts{Model: &oracle{}})
	require.ErrorContains(t, err, `analyzer.questions: standing question "PVC"`)
	cfg.Analyzer.Questions = []string{"AFIB"}
	_, err = New(cfg, zerolog.Nop(), Parts{Model: &oracle{}})
	require.ErrorContains(t, err, "none that model oracle 1 answers, which locates [V A]")
}
