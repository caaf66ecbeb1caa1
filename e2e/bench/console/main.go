// Command console serves the console on a real InfluxDB that holds 100,000 events
// of one patient within a day, for the benchmark of its page. Kafka is the embedded
// one of holter up, and a wearable goes on sending. It writes its address once
// everything is there, and forgets it all when it ends.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
	"golang.org/x/sync/errgroup"
	"google.golang.org/protobuf/proto"

	"github.com/holterd/holter/internal/config"
	"github.com/holterd/holter/internal/console"
	"github.com/holterd/holter/internal/console/busy"
	"github.com/holterd/holter/internal/console/page"
	embeddedinflux "github.com/holterd/holter/internal/embedded/influx"
	embeddedkafka "github.com/holterd/holter/internal/embedded/kafka"
	"github.com/holterd/holter/internal/influx"
	"github.com/holterd/holter/internal/kafka"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

func main() {
	events := flag.Int("events", 100_000, "how many events the day has")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *events); err != nil && ctx.Err() == nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, events int) (err error) {
	folder, err := os.MkdirTemp("", "holter-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	log := zerolog.New(os.Stderr).Level(zerolog.ErrorLevel)
	cfg := config.Default()
	cfg.Console.Addr, cfg.Kafka.Partitions, cfg.Archive.Folder = "127.0.0.1:0", 3, filepath.Join(folder, "archive")

	broker, err := embeddedkafka.Start(embeddedkafka.Options{Addr: "127.0.0.1:0", Dir: filepath.Join(folder, "kafka"), Retention: cfg.Kafka.Retention}, log)
	if err != nil {
		return err
	}
	defer func() { _ = broker.Close() }()
	cfg.Kafka.Brokers = []string{broker.Addr()}
	server, err := embeddedinflux.Start(ctx, embeddedinflux.Options{Addr: "127.0.0.1:0", Dir: filepath.Join(folder, "influx")}, log)
	if err != nil {
		return err
	}
	defer func() { _ = server.Close() }()
	cfg.Influx.URL = server.URL()

	client, err := kafka.NewClient(cfg.Kafka, log)
	if err != nil {
		return err
	}
	defer func() { _ = client.Close() }()
	if err := client.EnsureTopics(ctx); err != nil {
		return err
	}
	day, err := fill(ctx, cfg, log, events)
	if err != nil {
		return err
	}
	wearable := wearable{day: day, writer: client.NewWriter(), partition: kafka.PartitionFor(busy.Patient, cfg.Kafka.Partitions)}
	if err := wearable.tell(ctx, day.End); err != nil {
		return err
	}
	service, err := console.New(cfg, page.Handler(), log, prometheus.NewRegistry())
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return service.Run(ctx) })
	group.Go(func() error { return wearable.send(ctx) })
	group.Go(func() error {
		for !service.Ready() && ctx.Err() == nil {
			time.Sleep(10 * time.Millisecond)
		}
		fmt.Printf("http://%s/patients/%s %d\n", service.Addr(), busy.Patient, len(day.Events))
		return nil
	})
	return group.Wait()
}

// fill stores the day that ends now.
func fill(ctx context.Context, cfg config.Config, log zerolog.Logger, events int) (busy.Day, error) {
	day, err := busy.New(time.Now(), events)
	if err != nil {
		return day, err
	}
	store, err := influx.Open(influx.Options{URL: cfg.Influx.URL, Org: cfg.Influx.Org, Bucket: cfg.Influx.Bucket, Log: log})
	if err != nil {
		return day, err
	}
	defer store.Close()
	if err := store.Init(ctx); err != nil {
		return day, err
	}
	if err := day.Store(ctx, store); err != nil {
		return day, err
	}
	return day, day.Keep(cfg.Archive.Folder)
}

// wearable is the patient's device.
type wearable struct {
	day       busy.Day
	writer    *kafka.Writer
	partition int
}

// tell sends its state.
func (w wearable) tell(ctx context.Context, lastSample time.Time) error {
	last := lastSample.UnixNano()
	value, err := proto.Marshal(&holterv1.DeviceSignal{Signal: &holterv1.DeviceSignal_Status{Status: &holterv1.DeviceStatus{
		Patient: busy.Patient, Device: busy.Device, Online: true, TimeNs: time.Now().UnixNano(), LastSampleTimeNs: &last,
	}}})
	if err != nil {
		return err
	}
	return w.writer.WriteTo(ctx, kafka.TopicStatus, w.partition, kafka.PatientMessage(busy.Patient, value))
}

// send goes on with the signal, a chunk a second, until ctx is done.
func (w wearable) send(ctx context.Context) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for at := time.Now().Truncate(time.Second); ; at = at.Add(time.Second) {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		m, err := w.day.Chunk(at, time.Second)
		if err != nil {
			return err
		}
		if err := w.writer.WriteTo(ctx, kafka.TopicSamples, w.partition, m); err != nil {
			return err
		}
		if err := w.tell(ctx, at.Add(time.Second)); err != nil {
			return err
		}
	}
}
