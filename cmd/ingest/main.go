// Command ingest takes what wearables publish over MQTT and puts it into Kafka.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/holterd/holter/internal/config"
	"github.com/holterd/holter/internal/ingest"
	"github.com/holterd/holter/internal/ops"
)

func main() { os.Exit(run()) }

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return ops.Program{
		Name:    "ingest",
		Purpose: "takes what wearables publish over MQTT and puts it into Kafka",
		New: func(cfg config.Config, log zerolog.Logger, metrics prometheus.Registerer) (ops.Service, error) {
			return ingest.New(cfg, log, metrics)
		},
		Check: ingest.Check,
	}.Run(ctx, os.Args[1:], os.Stdout, os.Stderr)
}
