package archive

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

type metrics struct {
	chunks   *prometheus.CounterVec
	presses  prometheus.Counter
	deleted  prometheus.Counter
	failures prometheus.Counter
	newest   prometheus.Gauge
	lag      *prometheus.GaugeVec
}

func newMetrics(r prometheus.Registerer) *metrics {
	make := promauto.With(r)
	return &metrics{
		chunks: make.NewCounterVec(prometheus.CounterOpts{
			Name: "holter_archive_chunks_total",
			Help: "Chunks read from ecg.samples: kept, repeated (it was there), expired (older than archive.retention), refused (unusable).",
		}, []string{"outcome"}),
		presses: make.NewCounter(prometheus.CounterOpts{
			Name: "holter_archive_presses_total", Help: "Presses of the symptom button kept.",
		}),
		deleted: make.NewCounter(prometheus.CounterOpts{
			Name: "holter_archive_deleted_segments_total", Help: "Segments deleted because they are older than archive.retention.",
		}),
		failures: make.NewCounter(prometheus.CounterOpts{
			Name: "holter_archive_failures_total", Help: "Failed attempts to write, which are repeated, and to tidy up.",
		}),
		newest: make.NewGauge(prometheus.GaugeOpts{
			Name: "holter_archive_written_timestamp_seconds", Help: "When samples were last written.",
		}),
		lag: make.NewGaugeVec(prometheus.GaugeOpts{
			Name: "holter_archive_lag_records", Help: "Records of a partition of ecg.samples that are not yet taken.",
		}, []string{"partition"}),
	}
}

func (m *metrics) count(o outcome) {
	m.chunks.WithLabelValues("kept").Add(float64(o.kept))
	m.chunks.WithLabelValues("repeated").Add(float64(o.repeated))
	m.chunks.WithLabelValues("expired").Add(float64(o.expired))
}
