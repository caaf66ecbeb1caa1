package ingest

import (
	"fmt"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// metrics are the service's metrics besides the ledger's.
type metrics struct {
	stored           prometheus.Histogram
	writeFailures    prometheus.Counter
	connectionLosses prometheus.Counter
	hangUps          prometheus.Counter
	progress         prometheus.Counter
}

func newMetrics(registerer prometheus.Registerer, l *ledger) (*metrics, error) {
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Namespace: "holter", Subsystem: "ingest", Name: name, Help: help})
	}
	m := &metrics{
		stored: prometheus.NewHistogram(prometheus.HistogramOpts{
			Namespace: "holter", Subsystem: "ingest", Name: "stored_seconds",
			Help:    "Time from a message's arrival until Kafka has it.",
			Buckets: []float64{.002, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60},
		}),
		writeFailures:    counter("write_failures_total", "Kafka writes given up and begun anew."),
		connectionLosses: counter("mqtt_connection_losses_total", "MQTT connections lost, given up or not made."),
		hangUps:          counter("mqtt_hang_ups_total", "MQTT connections given up because the queue stayed full."),
		progress:         counter("progress_published_total", "Progress messages published to devices."),
	}
	for _, c := range []prometheus.Collector{
		m.stored, m.writeFailures, m.connectionLosses, m.hangUps, m.progress, ledgerCollector{l},
	} {
		if err := registerer.Register(c); err != nil {
			return nil, fmt.Errorf("register ingest's metrics: %w", err)
		}
	}
	return m, nil
}

var (
	receivedDesc  = prometheus.NewDesc("holter_ingest_received_total", "MQTT messages received.", nil, nil)
	forwardedDesc = prometheus.NewDesc("holter_ingest_forwarded_total", "MQTT messages stored in Kafka.", nil, nil)
	deadDesc      = prometheus.NewDesc("holter_ingest_dead_lettered_total", "MQTT messages refused, by reason.", []string{"reason"}, nil)
	inFlightDesc  = prometheus.NewDesc("holter_ingest_in_flight", "MQTT messages received and not yet stored.", nil, nil)
)

// ledgerCollector gives all counters of one scrape from one reading, so that
// received = forwarded + dead-lettered + in flight holds in each.
type ledgerCollector struct{ ledger *ledger }

func (c ledgerCollector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{receivedDesc, forwardedDesc, deadDesc, inFlightDesc} {
		ch <- d
	}
}

func (c ledgerCollector) Collect(ch chan<- prometheus.Metric) {
	counts := c.ledger.snapshot()
	counter := func(d *prometheus.Desc, n uint64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(n), labels...)
	}
	counter(receivedDesc, counts.Received)
	counter(forwardedDesc, counts.Forwarded)
	for value := range holterv1.Reason_name {
		if reason := holterv1.Reason(value); reason != holterv1.Reason_REASON_UNSPECIFIED {
			counter(deadDesc, counts.Refused[reason], reasonLabel(reason))
		}
	}
	ch <- prometheus.MustNewConstMetric(inFlightDesc, prometheus.GaugeValue, float64(counts.InFlight))
}

// reasonLabel turns REASON_UNKNOWN_LEAD into unknown_lead.
func reasonLabel(r holterv1.Reason) string {
	return strings.ToLower(strings.TrimPrefix(r.String(), "REASON_"))
}
