package system

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/sync/errgroup"
)

// part is something that is started and stopped.
type part struct {
	name string
	// start returns when those that need the part can use it, with the
	// function that stops it. ctx outlives start; it ends when the system
	// fails or is to stop.
	start func(ctx context.Context) (stop func() error, err error)
}

// sequence is what is running, in the order of starting.
type sequence struct {
	log     zerolog.Logger
	running []stoppable
}

type stoppable struct {
	name string
	stop func() error
}

// start starts parts beside each other and returns when all are started, or
// one could not be; the others are running then.
func (s *sequence) start(ctx context.Context, parts ...part) error {
	stops := make([]func() error, len(parts))
	var group errgroup.Group
	for i, p := range parts {
		group.Go(func() error {
			began := time.Now()
			stop, err := p.start(ctx)
			if err != nil {
				return err
			}
			stops[i] = stop
			s.log.Info().Str("part", p.name).Dur("took", time.Since(began)).Msg("started")
			return nil
		})
	}
	err := group.Wait()
	for i, stop := range stops {
		if stop != nil {
			s.running = append(s.running, stoppable{name: parts[i].name, stop: stop})
		}
	}
	return err
}

// stop stops everything, last started first.
func (s *sequence) stop() error {
	var failures []error
	for len(s.running) > 0 {
		last := s.running[len(s.running)-1]
		s.running = s.running[:len(s.running)-1]
		began := time.Now()
		if err := last.stop(); err != nil {
			failures = append(failures, fmt.Errorf("stopping %s: %w", last.name, err))
		}
		s.log.Info().Str("part", last.name).Dur("took", time.Since(began)).Msg("stopped")
	}
	return errors.Join(failures...)
}
