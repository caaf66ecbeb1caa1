package live

import (
	"context"
	"sync"
	"time"

	"github.com/holterd/holter/internal/influx"
)

// Reviews are what clinicians have decided: an influx.Store.
type Reviews interface {
	QueryReviews(ctx context.Context, patient string, from, to time.Time) ([]influx.Review, error)
}

const (
	// reviewsFor is how long reviews are taken as read: another console may have
	// written newer ones.
	reviewsFor  = 10 * time.Second
	reviewsTook = 5 * time.Second // how long they are waited for
)

// verdicts are the newest reviews of the patients who are looked at.
type verdicts struct {
	store Reviews
	now   func() time.Time

	mu  sync.Mutex
	all map[string]*verdict // guarded by mu; by patient
}

type verdict struct {
	read   time.Time
	newest map[string]influx.Review // by event
}

// of is the review of an event that counts, the zero one where nobody has
// reviewed it. When they cannot be read it is the one known from before.
func (v *verdicts) of(ctx context.Context, patient, event string) (influx.Review, error) {
	var failure error
	if begun, due := v.due(patient); due {
		ctx, cancel := context.WithTimeout(ctx, reviewsTook)
		defer cancel()
		all, err := v.store.QueryReviews(ctx, patient, time.Time{}, time.Time{})
		if err == nil {
			v.set(patient, begun, influx.Newest(all))
		}
		failure = err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if known := v.all[patient]; known != nil {
		return known.newest[event], failure
	}
	return influx.Review{}, failure
}

// due notes that they are read now, so that a store that fails is not asked for
// each event.
func (v *verdicts) due(patient string) (begun time.Time, due bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	begun = v.now()
	known := v.all[patient]
	if known == nil {
		known = &verdict{}
		v.all[patient] = known
	}
	if begun.Sub(known.read) < reviewsFor {
		return begun, false
	}
	known.read = begun
	return begun, true
}

// set takes what was read, and leaves it due if it was to be forgotten meanwhile.
func (v *verdicts) set(patient string, begun time.Time, newest map[string]influx.Review) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if known := v.all[patient]; known != nil {
		known.newest = newest
	} else {
		v.all[patient] = &verdict{newest: newest, read: begun}
	}
}

// forget has the patient's be read again.
func (v *verdicts) forget(patient string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if known := v.all[patient]; known != nil {
		known.read = time.Time{}
	}
}

// keep lets go of all but those of some patients.
func (v *verdicts) keep(patients []string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	kept := make(map[string]*verdict, len(patients))
	for _, p := range patients {
		if known := v.all[p]; known != nil {
			kept[p] = known
		}
	}
	v.all = kept
}
