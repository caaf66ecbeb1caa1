// Package kafka is how Holter's services use a Kafka-protocol broker: the
// topics and who keys them how, a writer that returns when a record is on all
// in-sync replicas, and a consumer group whose partitions are handed out and
// taken back explicitly.
//
// It knows nothing of the messages' contents. It delivers at least once: a
// write whose answer was lost is repeated, and what was read but not committed
// is read again. Readers must recognise repetitions by the ids in the messages.
package kafka

import (
	"context"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/rs/zerolog"
	kafkago "github.com/segmentio/kafka-go"

	"github.com/holterd/holter/internal/config"
)

const (
	dialTimeout    = 5 * time.Second
	requestTimeout = 10 * time.Second
	idleTimeout    = time.Minute
	metadataTTL    = 2 * time.Second // how long a moved partition is looked for in the old place
)

// Client is the way to one cluster. It is safe for concurrent use and connects
// when it is first used.
type Client struct {
	cfg       config.Kafka
	log       zerolog.Logger
	api       *kafkago.Client
	transport *kafkago.Transport
	dialer    *kafkago.Dialer
	closing   sync.WaitGroup // readers that nobody reads from any more
}

// NewClient prepares the connection; it reads the CA file, if any, but does not
// connect. Close it after everything made from it.
func NewClient(cfg config.Kafka, log zerolog.Logger) (*Client, error) {
	tlsConfig, err := tlsConfig(cfg)
	if err != nil {
		return nil, err
	}
	mechanism, err := mechanism(cfg)
	if err != nil {
		return nil, err
	}
	transport := &kafkago.Transport{
		Dial:        (&net.Dialer{Timeout: dialTimeout}).DialContext,
		DialTimeout: dialTimeout,
		IdleTimeout: idleTimeout,
		MetadataTTL: metadataTTL,
		ClientID:    clientID,
		TLS:         tlsConfig,
		SASL:        mechanism,
	}
	return &Client{
		cfg:       cfg,
		log:       log,
		transport: transport,
		api:       &kafkago.Client{Addr: kafkago.TCP(cfg.Brokers...), Timeout: requestTimeout, Transport: transport},
		dialer: &kafkago.Dialer{
			ClientID:      clientID,
			Timeout:       dialTimeout,
			DualStack:     true,
			TLS:           tlsConfig,
			SASLMechanism: mechanism,
		},
	}, nil
}

const clientID = "holter"

// Ping returns nil when a broker answers.
func (c *Client) Ping(ctx context.Context) error {
	if _, err := c.api.ApiVersions(ctx, &kafkago.ApiVersionsRequest{}); err != nil {
		return c.failed("reach Kafka", err)
	}
	return nil
}

// Close gives the connections back.
func (c *Client) Close() error {
	c.closing.Wait()
	c.transport.CloseIdleConnections()
	return nil
}

// failed wraps err with what was attempted, where, and what to look at.
func (c *Client) failed(attempt string, err error) error {
	return fmt.Errorf("%s at %v: %w; check kafka.brokers and that the broker runs", attempt, c.cfg.Brokers, err)
}
