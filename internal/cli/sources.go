package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/pflag"

	"github.com/holterd/holter/internal/archive"
	"github.com/holterd/holter/internal/influx"
	"github.com/holterd/holter/internal/kafka"
)

// Where commands read what is known of patients.

func patientFlag(flags *pflag.FlagSet, id *string) {
	flags.StringVar(id, "patient", "", "`ID` of the patient")
}

func archiveFlag(flags *pflag.FlagSet, folder *string) {
	flags.StringVar(folder, "archive", "", "`DIR` of the archive (default archive.folder of the configuration)")
}

func influxFlag(flags *pflag.FlagSet, address *string) {
	flags.StringVar(address, "influx", "", "`URL` of InfluxDB (default influx.url of the configuration)")
}

// openArchive opens the archive of the configuration, or another one.
func (a *App) openArchive(folder string) (*archive.Archive, error) {
	cfg, err := a.config()
	if err != nil {
		return nil, err
	}
	if folder == "" {
		folder = cfg.Archive.Folder
	}
	kept, err := archive.Open(folder)
	if err != nil {
		return nil, fmt.Errorf("%w; name it with --archive", err)
	}
	return kept, nil
}

// answeringStore opens InfluxDB, which must be there; otherwise is what else helps.
func (a *App) answeringStore(ctx context.Context, address, otherwise string) (*influx.Store, error) {
	store, err := a.openStore(address)
	if err != nil {
		return nil, err
	}
	if err := store.Ping(ctx); err != nil {
		store.Close()
		return nil, fmt.Errorf("%w (--influx gives another address%s)", err, otherwise)
	}
	return store, nil
}

// openStore opens the event store of the configuration, or at another address.
func (a *App) openStore(address string) (*influx.Store, error) {
	cfg, err := a.config()
	if err != nil {
		return nil, err
	}
	if address != "" {
		cfg.Influx.URL = withScheme(address, "http")
	}
	return influx.Open(influx.Options{
		URL: cfg.Influx.URL, Org: cfg.Influx.Org, Bucket: cfg.Influx.Bucket,
		Token: cfg.Influx.Token, Retention: cfg.Influx.Retention, Log: a.logger(),
	})
}

// withKafka runs work with the configuration's Kafka.
func (a *App) withKafka(work func(client *kafka.Client, partitions int) error) error {
	cfg, err := a.config()
	if err != nil {
		return err
	}
	client, err := kafka.NewClient(cfg.Kafka, a.logger())
	if err != nil {
		return err
	}
	defer client.Close() //nolint:errcheck // it is no longer needed
	return work(client, cfg.Kafka.Partitions)
}

// noSignal says that the archive has none.
func noSignal(patient string, from, to time.Time) error {
	return fmt.Errorf("the archive has no signal of patient %q from %s to %s: check the names and the times, and archive.retention",
		patient, from.UTC().Format(time.RFC3339), to.UTC().Format(time.RFC3339))
}

// withoutEvents is what helps commands that have the flag.
const withoutEvents = ", --signal-only leaves the events out"

// intoFile writes a file whole, or not at all.
func intoFile(path string, write func(io.Writer) error) error {
	out, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("write the file: %w; name another", err)
	}
	if err := errors.Join(write(out), out.Close()); err != nil {
		_ = os.Remove(path)
		return err
	}
	return nil
}
