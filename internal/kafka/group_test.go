package kafka_test

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/holterd/holter/internal/kafka"
)

// owners watches that no partition has two owners at a time, and collects what
// was read.
type owners struct {
	mu     sync.Mutex
	owner  map[int]string
	clash  bool
	values map[string]int // value → how often it was read
}

func newOwners() *owners {
	return &owners{owner: make(map[int]string), values: make(map[string]int)}
}

func (o *owners) take(partition int, member string) (release func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.clash = o.clash || o.owner[partition] != ""
	o.owner[partition] = member
	return func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		delete(o.owner, partition)
	}
}

func (o *owners) saw(value string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.values[value]++
}

// held is how many partitions the member owns, seen how many values were read.
func (o *owners) held(member string) (n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, m := range o.owner {
		if m == member {
			n++
		}
	}
	return n
}

func (o *owners) seen() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.values)
}

// reads is how often the value was read.
func (o *owners) reads(value string) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.values[value]
}

func (o *owners) clashed() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.clash
}

// consume returns a handler that commits whatever it has read.
func (o *owners) consume(member string) func(context.Context, *kafka.Partition) error {
	return func(ctx context.Context, p *kafka.Partition) error {
		defer o.take(p.ID, member)()
		for {
			m, err := p.Read(ctx)
			if err != nil {
				return nil
			}
			o.saw(string(m.Value))
			_ = p.Commit(m.Offset + 1) // an uncommitted record is read again
		}
	}
}

// start runs a member until the returned stop is called.
func start(t *testing.T, g *kafka.Group, handle func(context.Context, *kafka.Partition) error) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- g.Run(ctx, handle) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			require.NoError(t, <-done)
		})
	}
	t.Cleanup(stop)
	return stop
}

func eventually(t *testing.T, condition func() bool) {
	t.Helper()
	require.Eventually(t, condition, within, 5*time.Millisecond)
}

func writeSpread(t *testing.T, client *kafka.Client, from, to int) {
	t.Helper()
	writer := client.NewWriter()
	for i := from; i < to; i++ {
		m := kafka.PatientMessage("p"+strconv.Itoa(i), []byte(strconv.Itoa(i)))
		require.NoError(t, writer.Write(deadline(t), kafka.TopicSamples, m))
	}
}

func TestGroupGoesOnWhereItCommitted(t *testing.T) {
	_, client := newTopics(t)
	writeSpread(t, client, 0, 20)
	first := newOwners()
	stop := start(t, client.NewGroup("g", kafka.TopicSamples), first.consume("a"))
	eventually(t, func() bool { return first.seen() == 20 })
	stop()

	writeSpread(t, client, 20, 30)
	second := newOwners()
	start(t, client.NewGroup("g", kafka.TopicSamples), second.consume("b"))
	eventually(t, func() bool { return second.seen() == 10 })
	require.Zero(t, second.reads("19"))
}

func TestGroupSharesPartitionsAndTakesThemBack(t *testing.T) {
	_, client := newTopics(t)
	o := newOwners()
	stopA := start(t, client.NewGroup("g", kafka.TopicSamples), o.consume("a"))
	eventually(t, func() bool { return o.held("a") == 4 })
	writeSpread(t, client, 0, 50)

	start(t, client.NewGroup("g", kafka.TopicSamples), o.consume("b"))
	eventually(t, func() bool { return o.held("a") == 2 && o.held("b") == 2 })
	writeSpread(t, client, 50, 100)
	eventually(t, func() bool { return o.seen() == 100 })

	stopA()
	eventually(t, func() bool { return o.held("b") == 4 })
	writeSpread(t, client, 100, 120)
	eventually(t, func() bool { return o.seen() == 120 })
	require.False(t, o.clashed(), "a partition had two owners")
}

// The alerter needs a patient's events and status in one place.
func TestGroupGivesEqualPartitionsOfItsTopicsToOneMember(t *testing.T) {
	_, client := newTopics(t)
	var mu sync.Mutex
	held := map[string]map[int][]string{"a": {}, "b": {}}
	handler := func(member string) func(context.Context, *kafka.Partition) error {
		return func(ctx context.Context, p *kafka.Partition) error {
			mu.Lock()
			held[member][p.ID] = append(held[member][p.ID], p.Topic)
			mu.Unlock()
			<-ctx.Done()
			mu.Lock()
			delete(held[member], p.ID)
			mu.Unlock()
			return nil
		}
	}
	for member := range held {
		start(t, client.NewGroup("g", kafka.TopicEvents, kafka.TopicStatus), handler(member))
	}
	eventually(t, func() bool {
		mu.Lock()
		defer mu.Unlock()
		complete := 0
		for _, partitions := range held {
			for _, topics := range partitions {
				if len(topics) == 2 {
					complete++
				}
			}
		}
		return complete == 4 && len(held["a"]) == 2
	})
}

func TestGroupEndsWithTheHandlersError(t *testing.T) {
	_, client := newTopics(t)
	broken := errors.New("broken")
	err := client.NewGroup("g", kafka.TopicSamples).Run(deadline(t), func(ctx context.Context, p *kafka.Partition) error {
		if p.ID == 2 {
			return broken
		}
		<-ctx.Done()
		return nil
	})
	require.ErrorIs(t, err, broken)
	require.ErrorContains(t, err, "partition 2 of ecg.samples")
}

func TestGroupMayCommitAfterItsContextIsDone(t *testing.T) {
	_, client := newTopics(t)
	writeSpread(t, client, 0, 8)
	var read atomic.Int64
	stop := start(t, client.NewGroup("g", kafka.TopicSamples), func(ctx context.Context, p *kafka.Partition) error {
		next := p.Offset
		for {
			m, err := p.Read(ctx)
			if err != nil {
				return p.Commit(next)
			}
			next = m.Offset + 1
			read.Add(1)
		}
	})
	eventually(t, func() bool { return read.Load() == 8 })
	stop()

	offsets := make(chan int64, 4)
	start(t, client.NewGroup("g", kafka.TopicSamples), func(ctx context.Context, p *kafka.Partition) error {
		offsets <- p.Offset
		<-ctx.Done()
		return nil
	})
	var total int64
	for range 4 {
		total += <-offsets
	}
	require.EqualValues(t, 8, total)
}

// Faults of the coordinator and of fetching are waited out.
func TestGroupOutlivesTheBrokersFailures(t *testing.T) {
	cluster, client := newTopics(t, kfake.NumBrokers(3))
	cluster.Fault(
		kfake.Fault{Keys: []kmsg.Key{kmsg.JoinGroup}, TopLevel: true, Err: kerr.CoordinatorLoadInProgress},
		kfake.Fault{Keys: []kmsg.Key{kmsg.Fetch}, Topic: kafka.TopicSamples, Err: kerr.NotLeaderForPartition, Count: 3},
		kfake.Fault{Keys: []kmsg.Key{kmsg.ListOffsets}, Topic: kafka.TopicSamples, Err: kerr.LeaderNotAvailable, Count: 2},
	)
	o := newOwners()
	start(t, client.NewGroup("g", kafka.TopicSamples), o.consume("a"))
	writeSpread(t, client, 0, 30)
	cluster.ShufflePartitionLeaders()
	writeSpread(t, client, 30, 60)
	eventually(t, func() bool { return o.seen() == 60 })
	require.False(t, o.clashed())
}

func TestGroupStartsAtTheOldestRecordWhenTheCommittedOneIsGone(t *testing.T) {
	cluster, client := newTopics(t)
	writeSpread(t, client, 0, 40)
	o := newOwners()
	stop := start(t, client.NewGroup("g", kafka.TopicSamples), func(ctx context.Context, p *kafka.Partition) error {
		defer o.take(p.ID, "a")()
		if err := p.Commit(1); err != nil {
			return err
		}
		<-ctx.Done()
		return nil
	})
	eventually(t, func() bool { return o.held("a") == 4 })
	stop()
	deleteBefore(t, cluster, kafka.TopicSamples, 4, 3)

	offsets := make(chan int64, 4)
	start(t, client.NewGroup("g", kafka.TopicSamples), func(ctx context.Context, p *kafka.Partition) error {
		offsets <- p.Offset
		<-ctx.Done()
		return nil
	})
	for range 4 {
		require.EqualValues(t, 3, <-offsets)
	}
}
