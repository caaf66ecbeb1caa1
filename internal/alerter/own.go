package alerter

import (
	"context"
	"sync"
	"time"

	"github.com/holterd/holter/internal/alerter/engine"
)

// loads are the partitions that this process was given and the state of which it
// has read, or reads.
type loads struct {
	mu  sync.Mutex
	all map[int]*loading // guarded by mu
}

type loading struct {
	once sync.Once
	err  error
}

func (l *loads) of(partition int) *loading {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all[partition]
}

// assigned begins a generation of the group. Of what was held before nothing is
// known for certain: another alerter may have had it in between.
func (r *run) assigned(partitions []int) {
	for _, p := range r.store.Partitions() {
		r.store.Save(p) // what was decided while the broker was away
		r.queue.Forget(p)
		r.store.Drop(p)
	}
	r.loads.mu.Lock()
	defer r.loads.mu.Unlock()
	r.loads.all = make(map[int]*loading, len(partitions))
	for _, p := range partitions {
		r.loads.all[p] = &loading{}
	}
}

const loadAgain = time.Second

// take reads a partition's state, for whichever of its topics comes first, and
// goes on where its former owner stood.
func (r *run) take(ctx context.Context, partition int) error {
	l := r.loads.of(partition)
	l.once.Do(func() { l.err = r.load(ctx, partition) })
	return l.err
}

func (r *run) load(ctx context.Context, partition int) error {
	began := time.Now()
	records, err := r.journal.read(ctx, partition)
	for err != nil {
		r.log.Warn().Err(err).Int("partition", partition).Msg("cannot take over yet")
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(loadAgain):
		}
		records, err = r.journal.read(ctx, partition)
	}
	if err := r.store.Load(partition, records); err != nil {
		return err
	}
	if err := r.change(partition, func(step *engine.Step) error { return step.Reconcile() }); err != nil {
		return err
	}
	if err := r.queue.TakeUp(partition); err != nil {
		return err
	}
	r.outbox.wake()
	r.log.Debug().Int("partition", partition).Int("records", len(records)).Dur("took", time.Since(began)).Msg("took over")
	return nil
}

// release lets another alerter take a partition over: nothing of it is being
// sent any more, and everything is in Kafka.
func (r *run) release(partition int) {
	r.queue.Forget(partition)
	r.store.Save(partition)
}
