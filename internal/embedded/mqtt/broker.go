package mqtt

import (
	"errors"
	"fmt"
	"log/slog"
	"net"

	mochi "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/listeners"
	"github.com/mochi-mqtt/server/v2/packets"
	"github.com/rs/zerolog"
)

// Options says where the broker listens and what it must not lose.
type Options struct {
	// Addr is the host:port to listen on, "127.0.0.1:1883" when empty. Port
	// 0 takes any free one: see Broker.Addr.
	Addr string
	// Dir is the journal's folder, for this broker alone.
	Dir string
	// Session is the client id of the one subscriber for which messages are
	// kept.
	Session string
	// Filters are the topic filters that are kept for it; when empty, the
	// samples, status and button topics of all devices.
	Filters []string
	// InFlight bounds the unacknowledged messages on their way to the
	// session: 256 when 0.
	InFlight int
	// MaxBytes bounds the journal; publishers wait beyond it: 1 GiB when 0.
	MaxBytes int64
	// MaxPacket bounds a single packet in bytes; a client that sends a
	// larger one is disconnected: 16 MiB when 0.
	MaxPacket uint32
	// Username and Password are what every client must present; with an
	// empty Username everybody may connect.
	Username, Password string
	// SessionPassword, when set, is what a client that calls itself Session
	// must present, instead of Password, so that no device can take the
	// session over.
	SessionPassword string
}

// Broker is a running broker.
type Broker struct {
	server   *mochi.Server
	journal  *journal
	delivery *delivery
	listener *listeners.Net
	log      zerolog.Logger
}

func (o *Options) setDefaults() {
	if o.Addr == "" {
		o.Addr = "127.0.0.1:1883"
	}
	if len(o.Filters) == 0 {
		o.Filters = []string{"ecg/v1/+/samples", "ecg/v1/+/status", "ecg/v1/+/button"}
	}
	if o.InFlight <= 0 {
		o.InFlight = 256
	}
	if o.MaxBytes <= 0 {
		o.MaxBytes = 1 << 30
	}
	if o.MaxPacket == 0 {
		o.MaxPacket = 16 << 20
	}
}

// Start opens the journal and listens. The caller owns the Broker and closes
// it.
func Start(opts Options, log zerolog.Logger) (*Broker, error) {
	opts.setDefaults()
	if opts.Session == "" {
		return nil, errors.New("starting the MQTT broker: no session named for which to keep messages")
	}
	listen, err := net.Listen("tcp", opts.Addr)
	if err != nil {
		return nil, fmt.Errorf("starting the MQTT broker: %w (is another broker running there? choose another address)", err)
	}
	warnOpen(listen.Addr(), opts, log)
	journal, err := openJournal(opts.Dir, opts.MaxBytes)
	if err != nil {
		return nil, errors.Join(err, listen.Close())
	}
	b := &Broker{
		server:   newServer(opts, log),
		journal:  journal,
		listener: listeners.NewNet("mqtt", listen),
		log:      log,
	}
	b.delivery = newDelivery(journal, opts.InFlight, log)
	if err := b.serve(opts); err != nil {
		return nil, errors.Join(fmt.Errorf("starting the MQTT broker: %w", err), journal.close(), listen.Close())
	}
	messages, bytes := journal.pending()
	log.Info().Str("addr", b.Addr()).Int64("waiting", messages).Int64("waiting_bytes", bytes).Msg("MQTT broker listens")
	return b, nil
}

func newServer(opts Options, log zerolog.Logger) *mochi.Server {
	capabilities := mochi.NewDefaultServerCapabilities()
	capabilities.MaximumPacketSize = opts.MaxPacket
	// Messages do not get too old to be delivered.
	capabilities.MaximumMessageExpiryInterval = 0
	// A topic alias would reach the hook as an empty topic.
	capabilities.TopicAliasMaximum = 0
	return mochi.New(&mochi.Options{
		Capabilities:           capabilities,
		Logger:                 slog.New(logHandler{log: log}),
		SysTopicResendInterval: 60,
		InlineClient:           true,
	})
}

func (b *Broker) serve(opts Options) error {
	h := &hook{
		opts:     opts,
		server:   b.server,
		journal:  b.journal,
		delivery: b.delivery,
		log:      b.log,
	}
	if err := b.server.AddHook(h, nil); err != nil {
		return err
	}
	if err := b.server.AddListener(b.listener); err != nil {
		return err
	}
	return b.server.Serve()
}

// warnOpen says so when anybody in the network can publish.
func warnOpen(addr net.Addr, opts Options, log zerolog.Logger) {
	tcp, ok := addr.(*net.TCPAddr)
	if ok && !tcp.IP.IsLoopback() && opts.Username == "" {
		log.Warn().Stringer("addr", addr).
			Msg("the MQTT broker is open to the network without a password: set mqtt.username and mqtt.password")
	}
}

// Addr is the host:port that clients connect to.
func (b *Broker) Addr() string { return b.listener.Address() }

// Waiting is the number of accepted messages that the session has not yet
// acknowledged.
func (b *Broker) Waiting() int64 {
	messages, _ := b.journal.pending()
	return messages
}

// Close disconnects everybody and closes the journal. Messages that were
// acknowledged to their publishers are kept.
func (b *Broker) Close() error {
	// Connections are closed first: the server would wait to say good-bye
	// to a client that does not read.
	for _, cl := range b.server.Clients.GetAll() {
		if !cl.Net.Inline {
			cl.Stop(packets.ErrServerShuttingDown)
		}
	}
	b.delivery.stop()
	// Publishers that wait for room are released by the journal.
	journalErr := b.journal.close()
	if err := errors.Join(journalErr, b.server.Close()); err != nil {
		return fmt.Errorf("stopping the MQTT broker: %w", err)
	}
	return nil
}
