package alerter

import (
	"fmt"

	"github.com/prometheus/client_golang/prometheus"
)

type metrics struct {
	messages      *prometheus.CounterVec
	repeated      prometheus.Counter
	refused       prometheus.Counter
	alerts        *prometheus.CounterVec
	notifications *prometheus.CounterVec
	pending       prometheus.Gauge
	reloads       *prometheus.CounterVec
}

func newMetrics(r prometheus.Registerer) (*metrics, error) {
	m := &metrics{
		messages: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "holter_alerter_messages_total", Help: "Messages dealt with, by topic.",
		}, []string{"topic"}),
		repeated: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "holter_alerter_repeated_total", Help: "Event messages that held nothing new.",
		}),
		refused: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "holter_alerter_refused_total", Help: "Messages that made no sense and were passed over.",
		}),
		alerts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "holter_alerter_alerts_total", Help: "Alerts that began (triggered), were acknowledged, and ended (resolved).",
		}, []string{"rule", "priority", "state"}),
		notifications: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "holter_alerter_notifications_total", Help: "Tries to notify, by outcome: sent, failed (tried again) or given up.",
		}, []string{"target", "outcome"}),
		pending: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "holter_alerter_notifications_pending", Help: "Notifications that are neither delivered nor given up.",
		}),
		reloads: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "holter_alerter_rule_changes_total", Help: "Changed files of rules, taken or refused.",
		}, []string{"outcome"}),
	}
	for _, c := range []prometheus.Collector{m.reloads, m.messages, m.repeated, m.refused, m.alerts, m.notifications, m.pending} {
		if err := r.Register(c); err != nil {
			return nil, fmt.Errorf("register the alerter's metrics: %w", err)
		}
	}
	return m, nil
}
