package kafka

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	kafkago "github.com/segmentio/kafka-go"
)

// Group is a member of a consumer group.
type Group struct {
	client *Client
	id     string
	topics []string
	timing timing

	// Assigned, if set, is told which partitions this member is given, before
	// handle is called for any of them; none is possible.
	Assigned func(partitions []int)
	// Missed is after how long without a heartbeat the partitions of a member that
	// was killed go to the others: SoonestMissed or more, default 10 s. A member that
	// gets no processor for so long loses them too.
	Missed time.Duration
}

// SoonestMissed is the shortest that Kafka's brokers allow unless told otherwise
// (group.min.session.timeout.ms).
const SoonestMissed = 6 * time.Second

type timing struct {
	heartbeat, rebalance, rejoin time.Duration
}

// NewGroup prepares a member of the group "<kafka.group>-<name>", which shares
// the topics' partitions with the group's other members. Partitions of the same
// number, in all its topics, go to the same member.
func (c *Client) NewGroup(name string, topics ...string) *Group {
	return &Group{
		client: c,
		id:     c.cfg.Group + "-" + name,
		topics: topics,
		Missed: 10 * time.Second,
		timing: timing{
			heartbeat: time.Second,
			rebalance: 30 * time.Second, // handlers must return within this
			rejoin:    time.Second,
		},
	}
}

// Run joins the group and calls handle, in a goroutine of its own, for every
// partition that this member is given. It joins again by itself after a
// rebalance or when the broker was away, and returns nil when ctx is done and
// all handlers have returned.
//
// handle owns the partition until its context is done: then another member may
// be given it, so handle must return soon; it may still Commit until it does.
// No call of handle begins before the previous owner's in this process has
// returned. What handle returns after its context is done does not matter; a
// handle that returns before ends Run, which returns its error.
func (g *Group) Run(ctx context.Context, handle func(ctx context.Context, p *Partition) error) error {
	log := g.client.log.With().Str("group", g.id).Logger()
	member, err := kafkago.NewConsumerGroup(kafkago.ConsumerGroupConfig{
		ID:                    g.id,
		Brokers:               g.client.cfg.Brokers,
		Dialer:                g.client.dialer,
		Topics:                g.topics,
		GroupBalancers:        []kafkago.GroupBalancer{alignedBalancer{}},
		HeartbeatInterval:     g.timing.heartbeat,
		SessionTimeout:        g.Missed,
		RebalanceTimeout:      g.timing.rebalance,
		JoinGroupBackoff:      g.timing.rejoin,
		WatchPartitionChanges: true,
		StartOffset:           kafkago.FirstOffset,
		Logger:                kafkago.LoggerFunc(func(string, ...any) {}),
		ErrorLogger: kafkago.LoggerFunc(func(format string, args ...any) {
			log.Debug().Msgf(format, args...)
		}),
	})
	if err != nil {
		return fmt.Errorf("prepare consumer group %s: %w", g.id, err)
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)

	var handlers sync.WaitGroup
	for {
		generation, err := member.Next(ctx)
		if ctx.Err() != nil {
			break
		}
		if err != nil {
			log.Warn().Err(err).Strs("brokers", g.client.cfg.Brokers).Msg("cannot join the consumer group yet")
			continue
		}
		log.Info().Int32("generation", generation.ID).Str("partitions", describe(generation)).Msg("joined the consumer group")
		if g.Assigned != nil {
			g.Assigned(given(generation))
		}
		for topic, partitions := range generation.Assignments {
			for _, assigned := range partitions {
				handlers.Add(1)
				generation.Start(func(over context.Context) {
					defer handlers.Done()
					g.own(ctx, over, stop, generation, topic, assigned, handle)
				})
			}
		}
	}
	// Leaves the group once the handlers have returned, so their last commits
	// still count.
	handlers.Wait()
	err = member.Close()
	if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) && !errors.Is(cause, context.DeadlineExceeded) {
		return cause
	}
	return err
}

// own runs handle on one partition of one generation.
func (g *Group) own(
	ctx, over context.Context, stop context.CancelCauseFunc, generation *kafkago.Generation,
	topic string, assigned kafkago.PartitionAssignment, handle func(context.Context, *Partition) error,
) {
	owned, release := context.WithCancel(ctx)
	defer release()
	defer context.AfterFunc(over, release)()

	p := &Partition{Topic: topic, ID: assigned.ID, Offset: assigned.Offset, client: g.client, generation: generation}
	defer p.close()
	if err := p.locate(owned); err != nil {
		return // only when the partition was taken back
	}
	err := handle(owned, p)
	if owned.Err() != nil {
		return
	}
	if err == nil {
		err = errors.New("its handler returned early")
	}
	stop(fmt.Errorf("consume partition %d of %s: %w", p.ID, topic, err))
}

// given are the numbers of the partitions of a generation, in whatever topic.
func given(generation *kafkago.Generation) []int {
	var ids []int
	for _, partitions := range generation.Assignments {
		for _, p := range partitions {
			ids = append(ids, p.ID)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func describe(generation *kafkago.Generation) string {
	ids := make(map[string][]int, len(generation.Assignments))
	for topic, partitions := range generation.Assignments {
		for _, p := range partitions {
			ids[topic] = append(ids[topic], p.ID)
		}
	}
	return fmt.Sprint(ids)
}
