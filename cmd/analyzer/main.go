// Analyzer is the service that asks the model about the signal in Kafka and
// stores the events: see package analyzer.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/holterd/holter/internal/analyzer"
	"github.com/holterd/holter/internal/config"
	"github.com/holterd/holter/internal/ops"
)

func main() { os.Exit(run()) }

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	program := ops.Program{
		Name:    "analyzer",
		Purpose: "asks the model about the signal in Kafka and stores the localized events",
		New: func(cfg config.Config, log zerolog.Logger, metrics prometheus.Registerer) (ops.Service, error) {
			return analyzer.Open(cfg, log, metrics, nil)
		},
		Check: analyzer.Check,
	}
	return program.Run(ctx, os.Args[1:], os.Stdout, os.Stderr)
}
