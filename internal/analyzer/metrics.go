package analyzer

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"github.com/holterd/holter/pkg/localize"
)

type metrics struct {
	chunks    *prometheus.CounterVec
	windows   prometheus.Counter
	questions prometheus.Counter
	events    *prometheus.CounterVec
	st        *prometheus.CounterVec
	rejected  prometheus.Counter
	retries   *prometheus.CounterVec
	latency   prometheus.Histogram
	step      prometheus.Histogram
	lag       *prometheus.GaugeVec
}

func newMetrics(r prometheus.Registerer) *metrics {
	make := promauto.With(r)
	return &metrics{
		chunks: make.NewCounterVec(prometheus.CounterOpts{
			Name: "holter_analyzer_chunks_total",
			Help: "Chunks read from ecg.samples: taken, refused (dead-lettered), ignored (of a recording that has ended).",
		}, []string{"outcome"}),
		windows: make.NewCounter(prometheus.CounterOpts{
			Name: "holter_analyzer_windows_total", Help: "Windows analysed.",
		}),
		questions: make.NewCounter(prometheus.CounterOpts{
			Name: "holter_analyzer_questions_total", Help: "Questions answered by the model.",
		}),
		events: make.NewCounterVec(prometheus.CounterOpts{
			Name: "holter_analyzer_event_versions_total", Help: "Events stored, counted again each time they grow.",
		}, []string{"kind"}),
		st: make.NewCounterVec(prometheus.CounterOpts{
			Name: "holter_analyzer_st_event_versions_total", Help: "Those of ST events by what they rest on: model, signal or both.",
		}, []string{"evidence"}),
		rejected: make.NewCounter(prometheus.CounterOpts{
			Name: "holter_analyzer_rejected_points_total", Help: "Events and windows that InfluxDB refused for good.",
		}),
		retries: make.NewCounterVec(prometheus.CounterOpts{
			Name: "holter_analyzer_retries_total", Help: "Failed attempts that were repeated.",
		}, []string{"attempt"}),
		latency: make.NewHistogram(prometheus.HistogramOpts{
			Name:    "holter_analyzer_event_latency_seconds",
			Help:    "Time from an event's last sample to its being stored, for signal that arrives as it is measured.",
			Buckets: []float64{1, 2, 4, 6, 8, 10, 12, 15, 20, 30, 60, 120, 300},
		}),
		step: make.NewHistogram(prometheus.HistogramOpts{
			Name:    "holter_analyzer_step_seconds",
			Help:    "Time to ask about, decide and store the windows of one step.",
			Buckets: prometheus.ExponentialBuckets(.01, 2, 12),
		}),
		lag: make.NewGaugeVec(prometheus.GaugeOpts{
			Name: "holter_analyzer_lag_records", Help: "Records of a partition that are not yet taken.",
		}, []string{"partition"}),
	}
}

// observe counts a decision that is stored, and tells the observer.
func (w *worker) observe(d decided) {
	now := w.now()
	for _, a := range d.analysed {
		w.metrics.windows.Inc()
		w.metrics.questions.Add(float64(len(a.Answers)))
		if w.observer != nil {
			w.observer.Analysed(a)
		}
	}
	for _, e := range d.events {
		w.metrics.events.WithLabelValues(e.Kind).Inc()
		if e.Evidence != localize.NoEvidence {
			w.metrics.st.WithLabelValues(e.Evidence.String()).Inc()
		}
		if d.recording.live {
			w.metrics.latency.Observe(max(now.Sub(e.End).Seconds(), 0))
		}
	}
}
