package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/holterd/holter/internal/config"
	"github.com/holterd/holter/internal/kafka"
)

func (a *App) initCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "init",
		Short: "Create the Kafka topics and the InfluxDB bucket",
		Long: `Create the Kafka topics and the InfluxDB bucket that the services need, with the
partitions and retention of the configuration. What is there already is left as it
is, or brought in line where that loses nothing.`,
		Example: `  holter init --config holter.yaml`,
		Args:    noArguments,
		RunE:    func(command *cobra.Command, _ []string) error { return a.init(command.Context()) },
	}
	a.configFlag(command)
	return command
}

// Servers that were started just now may take a while to answer.
const initPatience = 30 * time.Second

func (a *App) init(ctx context.Context) error {
	cfg, err := a.config()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, initPatience, fmt.Errorf("no success within %v", initPatience))
	defer cancel()
	if err := a.initTopics(ctx, cfg.Kafka); err != nil {
		return err
	}
	store, err := a.openStore("")
	if err != nil {
		return err
	}
	defer store.Close()
	if err := store.Init(ctx); err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.Out, "bucket %s at %s is ready\n", cfg.Influx.Bucket, cfg.Influx.URL)
	return err
}

func (a *App) initTopics(ctx context.Context, cfg config.Kafka) error {
	client, err := kafka.NewClient(cfg, a.logger())
	if err != nil {
		return err
	}
	defer client.Close() //nolint:errcheck // it is no longer needed
	if err := client.EnsureTopics(ctx); err != nil {
		return err
	}
	for _, topic := range kafka.Topics() {
		if _, err := fmt.Fprintf(a.Out, "topic %s at %v is ready\n", topic.Name, cfg.Brokers); err != nil {
			return err
		}
	}
	return nil
}
