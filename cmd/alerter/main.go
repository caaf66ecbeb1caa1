// Alerter reads localized events, applies the alert rules and notifies people.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // time zones, where the system has none

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/holterd/holter/internal/alerter"
	"github.com/holterd/holter/internal/config"
	"github.com/holterd/holter/internal/ops"
)

func main() { os.Exit(run()) }

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	program := ops.Program{
		Name:    "alerter",
		Purpose: "reads localized events, applies the alert rules and notifies people",
		New: func(cfg config.Config, log zerolog.Logger, metrics prometheus.Registerer) (ops.Service, error) {
			return alerter.New(cfg, log, metrics)
		},
		Check: alerter.Check,
	}
	return program.Run(ctx, os.Args[1:], os.Stdout, os.Stderr)
}
