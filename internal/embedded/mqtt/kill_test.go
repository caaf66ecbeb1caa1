package mqtt

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/internal/testport"
)

const (
	childDir  = "HOLTER_TEST_MQTT_DIR"
	childAddr = "HOLTER_TEST_MQTT_ADDR"
)

// TestChildBroker is no test by itself: it is the process that
// TestNothingIsLostWhenKilled kills.
func TestChildBroker(t *testing.T) {
	dir := os.Getenv(childDir)
	if dir == "" {
		t.Skip("only run as a child process of TestNothingIsLostWhenKilled")
	}
	b, err := Start(Options{Addr: os.Getenv(childAddr), Dir: dir, Session: session, InFlight: 50}, zerolog.Nop())
	require.NoError(t, err)
	fmt.Println("listening", b.Addr())
	_, err = io.Copy(io.Discard, os.Stdin) // until the parent is gone
	require.NoError(t, err)
	require.NoError(t, b.Close())
}

// startChild runs a broker in a process of its own.
func startChild(t *testing.T, dir, addr string) (*exec.Cmd, string) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestChildBroker$")
	cmd.Env = append(os.Environ(), childDir+"="+dir, childAddr+"="+addr)
	_, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if got, ok := strings.CutPrefix(lines.Text(), "listening "); ok {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return cmd, got
		}
	}
	require.FailNow(t, "the child broker did not start")
	return nil, ""
}

// TestNothingIsLostWhenKilled kills the broker again and again while devices
// publish and the session reads, and checks that whatever was acknowledged to
// a device reached the session, first copies in order.
func TestNothingIsLostWhenKilled(t *testing.T) {
	const devices, each, kills = 3, 400, 4
	dir := t.TempDir()
	cmd, addr := startChild(t, dir, testport.Addr(t))

	var mu sync.Mutex
	received := map[string][]int{}
	arrived := make(chan struct{}, 1)
	reconnecting := func(o *paho.ClientOptions) {
		o.SetAutoReconnect(true).SetConnectRetry(true).SetConnectRetryInterval(20 * time.Millisecond).
			SetMaxReconnectInterval(100 * time.Millisecond).SetCleanSession(false)
	}
	connect(t, addr, session, reconnecting, func(o *paho.ClientOptions) {
		o.SetAutoAckDisabled(true).SetOnConnectHandler(func(c paho.Client) {
			c.Subscribe("ecg/v1/+/samples", 1, func(_ paho.Client, m paho.Message) {
				var n int
				if _, err := fmt.Sscan(string(m.Payload()), &n); err != nil {
					n = -1
				}
				mu.Lock()
				received[m.Topic()] = append(received[m.Topic()], n)
				mu.Unlock()
				m.Ack()
				signal(arrived)
			})
		})
	})

	published := make(chan error, devices)
	for d := range devices {
		go func() { published <- publishAll(addr, fmt.Sprint("d", d), each) }()
	}
	count := func() (n int) {
		mu.Lock()
		defer mu.Unlock()
		for _, m := range received {
			n += len(m)
		}
		return n
	}
	for k := range kills {
		waitUntil(t, arrived, func() bool { return count() >= (k+1)*devices*each/(kills+1) })
		require.NoError(t, cmd.Process.Kill())
		_ = cmd.Wait()
		cmd, _ = startChild(t, dir, addr)
	}
	for range devices {
		require.NoError(t, <-published)
	}
	waitUntil(t, arrived, func() bool {
		mu.Lock()
		defer mu.Unlock()
		for d := range devices {
			if len(firstCopies(received[fmt.Sprintf("ecg/v1/d%d/samples", d)])) < each {
				return false
			}
		}
		return true
	})
	t.Logf("%d messages and %d duplicates over %d kills", devices*each, count()-devices*each, kills)
	mu.Lock()
	defer mu.Unlock()
	for topic, got := range received {
		first := firstCopies(got)
		require.Len(t, first, each, topic)
		for n := range first {
			require.Equal(t, n, first[n], "order of %s", topic)
		}
	}
}

// publishAll publishes numbers one after the other, each until it is
// acknowledged. It connects anew itself: the client library, when it
// reconnects, takes messages for delivered that are not.
func publishAll(addr, device string, n int) error {
	o := paho.NewClientOptions().AddBroker("tcp://" + addr).SetClientID(device).SetAutoReconnect(false)
	var c paho.Client
	for i := range n {
		for attempt := 0; ; attempt++ {
			if c == nil || !c.IsConnectionOpen() {
				c = paho.NewClient(o)
				c.Connect().WaitTimeout(5 * time.Second)
			}
			token := c.Publish("ecg/v1/"+device+"/samples", 1, false, fmt.Sprint(i))
			if token.WaitTimeout(5*time.Second) && token.Error() == nil {
				break
			}
			if attempt == 5000 {
				return fmt.Errorf("%s: number %d is not accepted: %w", device, i, token.Error())
			}
		}
	}
	c.Disconnect(100)
	return nil
}

// firstCopies drops what has been seen before.
func firstCopies(numbers []int) []int {
	seen := map[int]bool{}
	var out []int
	for _, n := range numbers {
		if !seen[n] {
			seen[n] = true
			out = append(out, n)
		}
	}
	return out
}

func waitUntil(t *testing.T, changed <-chan struct{}, done func() bool) {
	t.Helper()
	deadline := time.After(60 * time.Second)
	for !done() {
		select {
		case <-changed:
		case <-deadline:
			require.FailNow(t, "timed out")
		}
	}
}
