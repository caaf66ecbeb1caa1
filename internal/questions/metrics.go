package questions

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

type metrics struct {
	questions *prometheus.CounterVec
	seconds   prometheus.Histogram
}

func newMetrics(r prometheus.Registerer) *metrics {
	make := promauto.With(r)
	return &metrics{
		questions: make.NewCounterVec(prometheus.CounterOpts{
			Name: "holter_questions_total",
			Help: "Questions of people: answered, refused (no signal, or not to be answered so), busy (too many waited), late (nobody waited any more), failed.",
		}, []string{"outcome"}),
		seconds: make.NewHistogram(prometheus.HistogramOpts{
			Name: "holter_question_seconds", Help: "Time from a question's turn to its answer.",
			Buckets: prometheus.ExponentialBuckets(.05, 2, 10),
		}),
	}
}
