package alerter

import (
	"bytes"
	"context"
	"os"
	"time"

	"github.com/holterd/holter/internal/alerter/engine"
)

const lookEvery = 2 * time.Second

// watchRules takes up a changed file of rules. One with mistakes is told of, line
// by line, and the former rules go on.
func (r *run) watchRules(ctx context.Context) {
	path := r.cfg.Alerter.Rules
	if path == "" {
		return
	}
	last, _ := os.ReadFile(path)
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		text, err := os.ReadFile(path)
		if err != nil || bytes.Equal(text, last) {
			continue // an editor may be exchanging the file
		}
		last = text
		r.reload()
	}
}

func (r *run) reload() {
	rules, err := loadRules(r.cfg, r.parts.channels)
	if err != nil {
		r.metrics.reloads.WithLabelValues("refused").Inc()
		r.log.Error().Err(err).Msg("the changed alert rules are wrong, and the former ones go on")
		return
	}
	r.rules.Store(rules)
	r.engine.Use(rules)
	if err := r.everywhere(func(step *engine.Step) error { return step.Reconcile() }); err != nil {
		r.part("fit the state to the changed rules", err)
		return
	}
	r.metrics.reloads.WithLabelValues("taken").Inc()
	r.log.Info().Str("file", r.cfg.Alerter.Rules).Int("rules", len(rules.Rules)).Msg("the changed alert rules are in force")
}
