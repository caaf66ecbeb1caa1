package replay

import (
	"context"
	"crypto/tls"
	"fmt"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	"google.golang.org/protobuf/proto"

	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// Broker says where the wearable sends its signal to.
type Broker struct {
	// URL is the broker's address: tcp://host:1883, ssl://host:8883.
	URL                string
	Username, Password string
	// TLS is used with ssl:// addresses; nil trusts the machine's authorities.
	TLS *tls.Config
}

// link is one connection to the broker, from connecting to its loss. It is never
// revived: what was sent over it without being acknowledged is sent again over
// the next one. (The library's own reconnection may complete a token whose
// message was never delivered, so it stays off.)
type link struct {
	client    mqtt.Client
	device    string
	recording string
	// progress holds the newest report on the recording that was not read yet.
	progress chan *holterv1.Progress
	lost     chan struct{}
	cause    error // set before lost is closed
}

const (
	connectTimeout = 5 * time.Second
	writeTimeout   = 5 * time.Second
	keepAlive      = 10 * time.Second
)

// dial connects, leaves a last will, subscribes to the device's progress and
// says that the device is online.
func dial(ctx context.Context, broker Broker, device, recording string, now time.Time) (*link, error) {
	l := &link{device: device, recording: recording, progress: make(chan *holterv1.Progress, 1), lost: make(chan struct{})}
	will, err := proto.Marshal(&holterv1.DeviceStatus{Device: device, TimeNs: now.UnixNano()})
	if err != nil {
		return nil, fmt.Errorf("encode the last will: %w", err)
	}
	options := mqtt.NewClientOptions().
		AddBroker(broker.URL).
		SetClientID("wearable-"+recording+"-"+device).
		SetUsername(broker.Username).
		SetPassword(broker.Password).
		SetCleanSession(true).
		SetAutoReconnect(false).
		SetConnectRetry(false).
		SetConnectTimeout(connectTimeout).
		SetWriteTimeout(writeTimeout).
		SetKeepAlive(keepAlive).
		SetPingTimeout(keepAlive/2).
		SetBinaryWill(statusTopic(device), will, atLeastOnce, false).
		SetConnectionLostHandler(func(_ mqtt.Client, err error) {
			l.cause = err
			close(l.lost)
		})
	if broker.TLS != nil {
		options.SetTLSConfig(broker.TLS)
	}
	l.client = mqtt.NewClient(options)
	if err := l.wait(ctx, l.client.Connect()); err != nil {
		l.client.Disconnect(0)
		return nil, fmt.Errorf("connect to the MQTT broker at %s: %w", broker.URL, err)
	}
	if err := l.wait(ctx, l.client.Subscribe(progressTopic(device), atLeastOnce, l.receive)); err != nil {
		l.client.Disconnect(0)
		return nil, fmt.Errorf("subscribe to %s: %w", progressTopic(device), err)
	}
	if err := l.status(ctx, true, now); err != nil {
		l.client.Disconnect(0)
		return nil, err
	}
	return l, nil
}

// receive runs on the client's own goroutine, which must not be held up. Each
// report says all that the earlier ones said.
func (l *link) receive(_ mqtt.Client, message mqtt.Message) {
	report := &holterv1.Progress{}
	if proto.Unmarshal(message.Payload(), report) != nil || report.Recording != l.recording {
		return // of another recording, or of another version of the system
	}
	for {
		select {
		case l.progress <- report:
			return
		default:
		}
		select {
		case <-l.progress:
		default:
		}
	}
}

// status publishes whether the device is online and waits until the broker has it.
func (l *link) status(ctx context.Context, online bool, now time.Time) error {
	payload, err := proto.Marshal(&holterv1.DeviceStatus{Device: l.device, Online: online, TimeNs: now.UnixNano()})
	if err != nil {
		return fmt.Errorf("encode the device status: %w", err)
	}
	if err := l.wait(ctx, l.client.Publish(statusTopic(l.device), atLeastOnce, false, payload)); err != nil {
		return fmt.Errorf("publish to %s: %w", statusTopic(l.device), err)
	}
	return nil
}

// publish hands a chunk to the connection; it has arrived once the token is done
// without an error. (The client may hold its caller up for the whole write
// timeout after a loss: nobody waits for that.)
func (l *link) publish(ctx context.Context, chunk *holterv1.SampleChunk) (mqtt.Token, error) {
	payload, err := proto.Marshal(chunk)
	if err != nil {
		return nil, fmt.Errorf("encode chunk %d: %w", chunk.Sequence, err)
	}
	handed := make(chan mqtt.Token, 1)
	go func() { handed <- l.client.Publish(samplesTopic(l.device), atLeastOnce, false, payload) }()
	select {
	case token := <-handed:
		return token, nil
	case <-l.lost:
		return nil, fmt.Errorf("connection lost: %w", l.cause)
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// wait returns when the token is done, the connection lost or ctx over.
func (l *link) wait(ctx context.Context, token mqtt.Token) error {
	select {
	case <-token.Done():
		return token.Error()
	case <-l.lost:
		return fmt.Errorf("connection lost: %w", l.cause)
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// close ends the connection in order, so that the broker sends no last will.
func (l *link) close() { l.client.Disconnect(250) }
