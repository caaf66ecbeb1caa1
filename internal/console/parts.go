package console

import (
	"net/http"

	"github.com/holterd/holter/internal/config"
	"github.com/holterd/holter/internal/influx"
	"github.com/holterd/holter/internal/kafka"
	"github.com/holterd/holter/internal/questions"
)

// parts are what other packages serve under the console's address; nil where
// there is none. Each finds the patient in the path's {p}.
type parts struct {
	page                    http.Handler // everything outside /v1
	questions, report, fhir http.Handler
}

// allParts are those of the console.
func allParts(cfg config.Config, client *kafka.Client, _ *influx.Store) parts {
	return parts{questions: questions.Handler(questions.NewAsker(client, cfg.Kafka.Partitions))}
}
