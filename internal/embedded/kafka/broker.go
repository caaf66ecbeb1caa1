// Package kafka runs a Kafka-protocol broker inside the process, with its data
// on disk, for a Holter that runs on one machine without a cluster of its own.
//
// It is franz-go's kfake with a data directory and synced writes: an
// acknowledged record is on disk. kfake calls itself a fake and is made for
// tests; three of its habits would lose data here, and this package keeps it
// from them:
//
//   - its compaction deletes a partition's files before it writes the new
//     ones: here a compaction runs under a snapshot of the files, from which
//     the next start recovers when the process was killed half-way;
//   - its retention may empty a partition, whose offsets begin at 0 again
//     after a restart: here retention always leaves the newest batch;
//   - it forgets the committed offsets of a group that has been away for a
//     week: here it keeps them.
//
// Every batch costs some hundred bytes of memory as long as it is retained, and
// every start reads all data once: it is for a few devices, not for a ward.
package kafka

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net"
	"os"
	"strconv"
	"time"

	"github.com/rs/zerolog"
	"github.com/twmb/franz-go/pkg/kfake"
)

// Options says where the broker listens and how long it keeps records.
type Options struct {
	// Addr is the host:port to listen on and the address that clients are
	// told to come back to, "127.0.0.1:9092" when empty. Port 0 takes any
	// free one: see Broker.Addr.
	Addr string
	// Dir is the data folder, for this broker alone.
	Dir string
	// Retention is how long records of topics that are not compacted are
	// kept; 0 keeps them for ever. The topics' own retention.ms is not
	// regarded.
	Retention time.Duration
	// Maintenance is the time between two rounds of retention and
	// compaction, 10 minutes when 0.
	Maintenance time.Duration
	// CompactBytes is the size from which on compacted topics are compacted:
	// 32 MiB when 0.
	CompactBytes int64
}

// Broker is a running broker.
type Broker struct {
	cluster *kfake.Cluster
	addr    string
	opts    Options
	log     zerolog.Logger
	cancel  context.CancelFunc
	done    chan struct{} // closed when maintenance has ended
}

// never is an interval in milliseconds that does not come to pass.
const never = int64(100 * 365 * 24 * time.Hour / time.Millisecond)

// segmentBytes is the size of a file of the log: what retention frees at once.
const segmentBytes = 16 << 20

// maxMessageBytes leaves room for the largest record that ingest writes, a
// dead letter with a payload of 1 MiB.
const maxMessageBytes = 8 << 20

// Start recovers what a killed process has left, loads the data and listens.
// The caller owns the Broker and closes it.
func Start(opts Options, log zerolog.Logger) (*Broker, error) {
	if opts.Addr == "" {
		opts.Addr = "127.0.0.1:9092"
	}
	if opts.Maintenance <= 0 {
		opts.Maintenance = 10 * time.Minute
	}
	if opts.CompactBytes <= 0 {
		opts.CompactBytes = 32 << 20
	}
	if err := checkAddr(opts.Addr); err != nil {
		return nil, fmt.Errorf("starting the Kafka broker: %w", err)
	}
	if err := os.MkdirAll(opts.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("creating the Kafka broker's folder: %w", err)
	}
	recovered, err := recoverCompaction(opts.Dir)
	if err != nil {
		return nil, fmt.Errorf("recovering from a compaction that was interrupted, in %s: %w", opts.Dir, err)
	}
	if recovered > 0 {
		log.Warn().Int("partitions", recovered).Msg("a compaction was interrupted and has been undone")
	}
	began := time.Now()
	cluster, err := kfake.NewCluster(
		kfake.NumBrokers(1),
		kfake.ClusterID("holter"),
		kfake.ListenFn(func(network, _ string) (net.Listener, error) { return net.Listen(network, opts.Addr) }),
		kfake.DataDir(opts.Dir),
		kfake.SyncWrites(),
		kfake.WithLogger(clusterLog{log}),
		kfake.BrokerConfigs(map[string]string{
			"log.cleaner.backoff.ms":    strconv.FormatInt(never, 10), // see maintain
			"log.retention.ms":          "-1",
			"log.segment.bytes":         strconv.Itoa(segmentBytes),
			"message.max.bytes":         strconv.Itoa(maxMessageBytes),
			"offsets.retention.minutes": strconv.Itoa(math.MaxInt32),
		}),
	)
	if err != nil {
		return nil, fmt.Errorf("starting the Kafka broker on %s with data in %s: %w", opts.Addr, opts.Dir, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	b := &Broker{
		cluster: cluster,
		addr:    cluster.ListenAddrs()[0],
		opts:    opts,
		log:     log,
		cancel:  cancel,
		done:    make(chan struct{}),
	}
	go b.maintain(ctx)
	log.Info().Str("addr", b.addr).Dur("took", time.Since(began)).Msg("Kafka broker listens")
	return b, nil
}

// checkAddr refuses an address that clients cannot be sent back to.
func checkAddr(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return err
	}
	if ip := net.ParseIP(host); host == "" || (ip != nil && ip.IsUnspecified()) {
		return fmt.Errorf("address %s names no interface, and clients are told to connect to it: give the machine's own address", addr)
	}
	return nil
}

// Addr is the host:port that clients connect to.
func (b *Broker) Addr() string { return b.addr }

// Close writes everything down and stops. Clients should have been closed
// before: they would try to reconnect.
func (b *Broker) Close() error {
	if b.cluster == nil {
		return errors.New("the Kafka broker is closed already")
	}
	b.cancel()
	<-b.done
	b.cluster.Close()
	b.cluster = nil
	return nil
}

// clusterLog writes the library's warnings and errors into our log.
type clusterLog struct{ log zerolog.Logger }

// Logf takes one message of the library.
func (l clusterLog) Logf(level kfake.LogLevel, format string, args ...any) {
	switch level {
	case kfake.LogLevelError:
		l.log.Error().Msgf("Kafka broker: "+format, args...)
	case kfake.LogLevelWarn:
		l.log.Warn().Msgf("Kafka broker: "+format, args...)
	default:
	}
}
