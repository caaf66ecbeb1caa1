package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/holterd/holter/internal/ops"
	"github.com/holterd/holter/internal/system"
)

type upFlags struct {
	data, http, mqtt, kafka, influx, console, model string
}

func (a *App) upCommand() *cobra.Command {
	var f upFlags
	command := &cobra.Command{
		Use:   "up --data DIR",
		Short: "Run the whole system in one process",
		Long: `Run the whole system in one process, with all its data in one folder: an MQTT
broker, a Kafka-protocol broker, InfluxDB (as a child process), and the services
ingest, analyzer, alerter, archiver and console.

The console is what people look at in a browser, http://127.0.0.1:8088 unless
console.addr says otherwise. It has no access control yet: keep it to this machine.

GET /readyz on the http address answers 200 once the system takes data; /metrics is
for Prometheus. Ctrl-C stops everything in order, and the next up on the same folder
goes on where this one stopped, even after a kill.

It is meant for one machine. For several, run the programs ingest, analyzer,
alerter, archiver and console against servers of your own.`,
		Example: `  holter up --data ./holter-data
  holter up --data /var/lib/holter --config holter.yaml --mqtt 0.0.0.0:1883`,
		Args: noArguments,
		RunE: func(command *cobra.Command, _ []string) error { return a.up(command.Context(), f) },
	}
	flags := command.Flags()
	flags.StringVar(&f.data, "data", "", "`DIR` that keeps all data")
	flags.StringVar(&f.http, "http", "", "`ADDR` for health and metrics (default http.addr of the configuration)")
	flags.StringVar(&f.mqtt, "mqtt", "", "`ADDR` of the MQTT broker (default that of mqtt.url)")
	flags.StringVar(&f.kafka, "kafka", "", "`ADDR` of the Kafka broker (default the first of kafka.brokers)")
	flags.StringVar(&f.influx, "influx", "", "`ADDR` of InfluxDB (default that of influx.url)")
	flags.StringVar(&f.console, "console", "", "`ADDR` of the console (default console.addr of the configuration)")
	flags.StringVar(&f.model, "model", "", "`DIR` of the model (default model.dir of the configuration)")
	a.configFlag(command)
	return command
}

func (a *App) up(ctx context.Context, f upFlags) error {
	if f.data == "" {
		return asUsage(fmt.Errorf("no folder for the data: give one with --data"))
	}
	cfg, err := a.config()
	if err != nil {
		return err
	}
	if f.model != "" {
		cfg.Model.Dir = f.model
	}
	if a.verbose {
		cfg.Log.Level = "debug"
	}
	log, err := ops.NewLogger(cfg.Log, a.Err)
	if err != nil {
		return err
	}
	s, err := system.New(system.Options{
		Dir: f.data, Config: cfg,
		HTTP: f.http, MQTT: f.mqtt, Kafka: f.kafka, Influx: f.influx, Console: f.console,
	}, log)
	if err != nil {
		return err
	}
	return s.Run(ctx)
}
