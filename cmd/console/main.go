// Console is the service that people look at in a browser, and its HTTP API: see
// package console. Run it on the machine that has the archiver's disk.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // time zones, where the system has none

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/holterd/holter/internal/config"
	"github.com/holterd/holter/internal/console"
	"github.com/holterd/holter/internal/console/page"
	"github.com/holterd/holter/internal/ops"
)

func main() { os.Exit(run()) }

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	program := ops.Program{
		Name:    "console",
		Purpose: "shows patients, events and alerts to people",
		New: func(cfg config.Config, log zerolog.Logger, metrics prometheus.Registerer) (ops.Service, error) {
			return console.New(cfg, page.Handler(), log, metrics)
		},
	}
	return program.Run(ctx, os.Args[1:], os.Stdout, os.Stderr)
}
