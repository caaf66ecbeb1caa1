// Archiver is the service that takes the signal from Kafka and keeps it on disk:
// see package archive. Run one, on the machine that has the disk; it is apart from
// the analyzers so that there can be several of those, and so that a full disk
// keeps none of them from alerting.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/holterd/holter/internal/archive"
	"github.com/holterd/holter/internal/config"
	"github.com/holterd/holter/internal/ops"
)

func main() { os.Exit(run()) }

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	program := ops.Program{
		Name:    "archiver",
		Purpose: "keeps the signal from Kafka on disk",
		New: func(cfg config.Config, log zerolog.Logger, metrics prometheus.Registerer) (ops.Service, error) {
			return archive.New(cfg, log, metrics)
		},
		Check: archive.Check,
	}
	return program.Run(ctx, os.Args[1:], os.Stdout, os.Stderr)
}
