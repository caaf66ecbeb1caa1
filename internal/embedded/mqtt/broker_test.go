package mqtt

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
)

const session = "holter-ingest"

func start(t *testing.T, opts Options) *Broker {
	t.Helper()
	if opts.Addr == "" {
		opts.Addr = "127.0.0.1:0"
	}
	if opts.Dir == "" {
		opts.Dir = t.TempDir()
	}
	opts.Session = session
	b, err := Start(opts, zerolog.New(zerolog.NewTestWriter(t)).Level(zerolog.InfoLevel))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, b.Close()) })
	return b
}

// connect connects a client and disconnects it at the test's end.
func connect(t *testing.T, addr, id string, configure ...func(*paho.ClientOptions)) paho.Client {
	t.Helper()
	o := paho.NewClientOptions().AddBroker("tcp://" + addr).SetClientID(id).
		SetAutoReconnect(false).SetConnectTimeout(5 * time.Second).SetOrderMatters(true)
	for _, f := range configure {
		f(o)
	}
	c := paho.NewClient(o)
	require.NoError(t, wait(c.Connect()))
	t.Cleanup(func() { c.Disconnect(0) })
	return c
}

func wait(token paho.Token) error {
	if !token.WaitTimeout(30 * time.Second) {
		return fmt.Errorf("no answer from the broker")
	}
	return token.Error()
}

// inbox collects what the session receives.
type inbox struct {
	mu       sync.Mutex
	messages []string // topic and payload
	changed  chan struct{}
}

func newInbox() *inbox { return &inbox{changed: make(chan struct{}, 1)} }

func (i *inbox) add(m paho.Message) {
	i.mu.Lock()
	i.messages = append(i.messages, m.Topic()+" "+string(m.Payload()))
	i.mu.Unlock()
	signal(i.changed)
}

func (i *inbox) all() []string {
	i.mu.Lock()
	defer i.mu.Unlock()
	return append([]string(nil), i.messages...)
}

// waitFor waits until done is satisfied with what has come.
func (i *inbox) waitFor(t *testing.T, what string, done func([]string) bool) []string {
	t.Helper()
	deadline := time.After(30 * time.Second)
	for {
		if got := i.all(); done(got) {
			return got
		}
		select {
		case <-i.changed:
		case <-deadline:
			require.FailNow(t, "still waiting for "+what, "%d messages: %q", len(i.all()), i.all())
		}
	}
}

// subscribe connects the session and gives every message to handle, which
// acknowledges it or does not.
func subscribe(t *testing.T, addr string, handle func(paho.Message)) paho.Client {
	t.Helper()
	c := connect(t, addr, session, func(o *paho.ClientOptions) {
		o.SetCleanSession(false).SetAutoAckDisabled(true)
		o.SetDefaultPublishHandler(func(_ paho.Client, m paho.Message) { handle(m) })
	})
	require.NoError(t, wait(c.SubscribeMultiple(map[string]byte{
		"ecg/v1/+/samples": 1, "ecg/v1/+/status": 1, "ecg/v1/+/button": 1,
	}, nil)))
	return c
}

func publish(t *testing.T, c paho.Client, device string, from, to int) {
	t.Helper()
	tokens := make([]paho.Token, 0, to-from)
	for n := from; n < to; n++ {
		tokens = append(tokens, c.Publish("ecg/v1/"+device+"/samples", 1, false, fmt.Sprintf("%06d", n)))
	}
	for _, token := range tokens {
		require.NoError(t, wait(token))
	}
}

func TestMessagesWaitForTheSessionAndCome(t *testing.T) {
	b := start(t, Options{})
	publish(t, connect(t, b.Addr(), "d1"), "d1", 0, 500)
	require.EqualValues(t, 500, b.Waiting())

	in := newInbox()
	subscribe(t, b.Addr(), func(m paho.Message) { in.add(m); m.Ack() })
	got := in.waitFor(t, "500 messages", func(m []string) bool { return len(m) >= 500 })
	for n, m := range got {
		require.Equal(t, fmt.Sprintf("ecg/v1/d1/samples %06d", n), m)
	}
	require.Eventually(t, func() bool { return b.Waiting() == 0 }, 10*time.Second, 10*time.Millisecond)
}

func TestUnacknowledgedComesAgainInOrder(t *testing.T) {
	b := start(t, Options{InFlight: 20})
	publish(t, connect(t, b.Addr(), "d1"), "d1", 0, 100)

	// The first connection acknowledges every other one of its first ten.
	first := newInbox()
	c := subscribe(t, b.Addr(), func(m paho.Message) {
		first.add(m)
		if n := len(first.all()); n <= 10 && n%2 == 1 {
			m.Ack()
		}
	})
	first.waitFor(t, "a full window", func(m []string) bool { return len(m) == 25 })
	require.Eventually(t, func() bool { return b.Waiting() == 95 }, 10*time.Second, 10*time.Millisecond)
	c.Disconnect(0)

	second := newInbox()
	subscribe(t, b.Addr(), func(m paho.Message) { second.add(m); m.Ack() })
	got := second.waitFor(t, "the other 95", func(m []string) bool { return len(m) == 95 })
	want := make([]string, 0, 95)
	for n := range 100 {
		if n >= 10 || n%2 == 1 {
			want = append(want, fmt.Sprintf("ecg/v1/d1/samples %06d", n))
		}
	}
	require.Equal(t, want, got)
}

func TestATakenOverSessionContinues(t *testing.T) {
	b := start(t, Options{InFlight: 5})
	publish(t, connect(t, b.Addr(), "d1"), "d1", 0, 30)
	first := newInbox()
	subscribe(t, b.Addr(), first.add) // holds its connection, acknowledges nothing
	first.waitFor(t, "a full window", func(m []string) bool { return len(m) == 5 })

	second := newInbox()
	subscribe(t, b.Addr(), func(m paho.Message) { second.add(m); m.Ack() })
	got := second.waitFor(t, "all", func(m []string) bool { return len(m) == 30 })
	require.Equal(t, "ecg/v1/d1/samples 000000", got[0])
	require.Equal(t, "ecg/v1/d1/samples 000029", got[29])
}

func TestMessagesSurviveARestart(t *testing.T) {
	dir := t.TempDir()
	b, err := Start(Options{Addr: "127.0.0.1:0", Dir: dir, Session: session}, zerolog.Nop())
	require.NoError(t, err)
	publish(t, connect(t, b.Addr(), "d1"), "d1", 0, 50)
	in := newInbox()
	subscribe(t, b.Addr(), func(m paho.Message) {
		in.add(m)
		if len(in.all()) <= 20 {
			m.Ack()
		}
	})
	require.Eventually(t, func() bool { return b.Waiting() == 30 }, 10*time.Second, 10*time.Millisecond)
	require.NoError(t, b.Close())

	b = start(t, Options{Dir: dir})
	require.EqualValues(t, 30, b.Waiting())
	publish(t, connect(t, b.Addr(), "d1"), "d1", 50, 60)
	after := newInbox()
	subscribe(t, b.Addr(), func(m paho.Message) { after.add(m); m.Ack() })
	got := after.waitFor(t, "the rest", func(m []string) bool { return len(m) == 40 })
	for n, m := range got {
		require.Equal(t, fmt.Sprintf("ecg/v1/d1/samples %06d", 20+n), m)
	}
}

func TestPublishersWaitForASlowSession(t *testing.T) {
	// Room for about ten messages of a kibibyte.
	b := start(t, Options{MaxBytes: 10 << 10, InFlight: 4})
	const devices, each = 3, 60
	payload := func(n int) []byte { return fmt.Appendf(make([]byte, 0, 1<<10), "%-1024d", n) }
	published := make(chan error, devices)
	for d := range devices {
		c := connect(t, b.Addr(), fmt.Sprint("d", d), func(o *paho.ClientOptions) { o.SetKeepAlive(time.Minute) })
		go func() {
			for n := range each {
				if err := wait(c.Publish(fmt.Sprintf("ecg/v1/d%d/samples", d), 1, false, payload(n))); err != nil {
					published <- err
					return
				}
			}
			published <- nil
		}()
	}
	require.Eventually(t, func() bool { return b.Waiting() >= 10 }, 10*time.Second, time.Millisecond)
	select {
	case err := <-published:
		require.FailNow(t, "a publisher got through a full journal", "%v", err)
	default:
	}

	in := newInbox()
	var most atomic.Int64
	subscribe(t, b.Addr(), func(m paho.Message) {
		in.add(m)
		most.Store(max(most.Load(), b.Waiting()))
		m.Ack()
	})
	got := in.waitFor(t, "every message", func(m []string) bool { return len(m) == devices*each })
	require.LessOrEqual(t, most.Load(), int64(11), "more waited than the journal has room for")
	for range devices {
		require.NoError(t, <-published)
	}
	next := map[string]int{}
	for _, m := range got {
		var topic string
		var n int
		_, err := fmt.Sscan(m, &topic, &n)
		require.NoError(t, err)
		require.Equal(t, next[topic], n, "order of %s", topic)
		next[topic]++
	}
}

func TestAWillReachesTheSession(t *testing.T) {
	b := start(t, Options{})
	in := newInbox()
	subscribe(t, b.Addr(), func(m paho.Message) { in.add(m); m.Ack() })
	// A second client with the same id makes the broker drop the first.
	withWill := func(o *paho.ClientOptions) { o.SetWill("ecg/v1/d1/status", "offline", 1, true) }
	connect(t, b.Addr(), "d1", withWill)
	connect(t, b.Addr(), "d1")
	require.Equal(t, []string{"ecg/v1/d1/status offline"},
		in.waitFor(t, "the will", func(m []string) bool { return len(m) > 0 }))
}

func TestOthersGetRetainedAndLiveMessages(t *testing.T) {
	b := start(t, Options{})
	device := connect(t, b.Addr(), "d1")
	require.NoError(t, wait(device.Publish("ecg/v1/d1/progress", 1, true, "ended")))

	in := newInbox()
	other := connect(t, b.Addr(), "observer")
	require.NoError(t, wait(other.Subscribe("ecg/#", 1, func(_ paho.Client, m paho.Message) { in.add(m) })))
	in.waitFor(t, "the retained message", func(m []string) bool {
		return len(m) == 1 && m[0] == "ecg/v1/d1/progress ended"
	})
	publish(t, device, "d1", 0, 3)
	in.waitFor(t, "live messages", func(m []string) bool {
		return len(m) == 4 && m[3] == "ecg/v1/d1/samples 000002"
	})
	require.EqualValues(t, 3, b.Waiting(), "an observer's acknowledgement settles nothing")
}

func TestRetainedMessagesSurviveARestart(t *testing.T) {
	dir := t.TempDir()
	b, err := Start(Options{Addr: "127.0.0.1:0", Dir: dir, Session: session}, zerolog.Nop())
	require.NoError(t, err)
	device := connect(t, b.Addr(), "ingest-or-device")
	for _, topic := range []string{"ecg/v1/d1/progress", "ecg/v1/d2/progress", "ecg/v1/d3/status"} {
		require.NoError(t, wait(device.Publish(topic, 1, true, "first")))
		require.NoError(t, wait(device.Publish(topic, 1, true, "second")))
	}
	require.NoError(t, wait(device.Publish("ecg/v1/d2/progress", 1, true, "")))
	require.NoError(t, b.Close())

	b = start(t, Options{Dir: dir})
	in := newInbox()
	observer := connect(t, b.Addr(), "observer")
	require.NoError(t, wait(observer.Subscribe("ecg/v1/+/progress", 1, func(_ paho.Client, m paho.Message) { in.add(m) })))
	require.NoError(t, wait(observer.Subscribe("ecg/v1/+/status", 1, func(_ paho.Client, m paho.Message) { in.add(m) })))
	got := in.waitFor(t, "retained messages", func(m []string) bool { return len(m) == 2 })
	require.ElementsMatch(t, []string{"ecg/v1/d1/progress second", "ecg/v1/d3/status second"}, got)
	require.EqualValues(t, 2, b.Waiting(), "the statuses are kept for the session as well")
}

func TestEveryQualityOfServiceIsKept(t *testing.T) {
	b := start(t, Options{})
	device := connect(t, b.Addr(), "d1")
	for qos := range byte(3) {
		require.NoError(t, wait(device.Publish("ecg/v1/d1/button", qos, false, fmt.Sprint("qos ", qos))))
	}
	in := newInbox()
	subscribe(t, b.Addr(), func(m paho.Message) { in.add(m); m.Ack() })
	require.Equal(t,
		[]string{"ecg/v1/d1/button qos 0", "ecg/v1/d1/button qos 1", "ecg/v1/d1/button qos 2"},
		in.waitFor(t, "all three", func(m []string) bool { return len(m) >= 3 }))
}

func TestPasswords(t *testing.T) {
	b := start(t, Options{Username: "device", Password: "secret", SessionPassword: "inner"})
	try := func(id, user, password string) error {
		o := paho.NewClientOptions().AddBroker("tcp://" + b.Addr()).SetClientID(id).
			SetUsername(user).SetPassword(password).SetAutoReconnect(false)
		c := paho.NewClient(o)
		defer c.Disconnect(0)
		return wait(c.Connect())
	}
	require.NoError(t, try("d1", "device", "secret"))
	require.Error(t, try("d1", "device", "wrong"))
	require.Error(t, try("d1", "", ""))
	require.Error(t, try(session, "device", "secret"), "a device took the session")
	require.NoError(t, try(session, session, "inner"))
}

func TestStartErrors(t *testing.T) {
	b := start(t, Options{Dir: t.TempDir()})
	_, err := Start(Options{Addr: b.Addr(), Dir: t.TempDir(), Session: session}, zerolog.Nop())
	require.ErrorContains(t, err, "choose another address")
	_, err = Start(Options{Addr: "127.0.0.1:0", Dir: t.TempDir()}, zerolog.Nop())
	require.ErrorContains(t, err, "no session")
}
