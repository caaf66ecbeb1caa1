package alerter

import (
	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/alerter/engine"
	"github.com/holterd/holter/internal/alerter/notify"
)

// Observer is told what happens, when it is decided; from several goroutines,
// which wait for it.
type Observer interface {
	// Alert began, was changed by people, or ended.
	Alert(alert.Alert)
	// Notification was tried.
	Notification(notify.Report)
}

// told passes on what came of a try to notify.
func (r *run) told(report notify.Report, step *engine.Step) {
	r.metrics.notifications.WithLabelValues(report.Notification.Target, report.Outcome.String()).Inc()
	r.metrics.pending.Set(float64(r.queue.Pending()))
	for _, o := range r.observers {
		o.Notification(report)
	}
	r.passOn(step)
}

func (r *run) passOn(step *engine.Step) {
	r.metrics.repeated.Add(float64(step.Repeated))
	r.metrics.pending.Set(float64(r.queue.Pending()))
	for _, a := range step.Alerts {
		r.metrics.alerts.WithLabelValues(a.Rule, a.Priority.String(), a.State.String()).Inc()
		r.log.Info().Str("alert", a.ID).Str("rule", a.Rule).Stringer("priority", a.Priority).
			Stringer("state", a.State).Str("patient", a.Patient).Str("message", a.Message).Msg(a.Title)
		for _, o := range r.observers {
			o.Alert(a)
		}
	}
	if len(step.Alerts) > 0 {
		r.outbox.wake()
	}
}
