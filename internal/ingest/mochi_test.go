package ingest

import (
	"io"
	"log/slog"
	"sync"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	broker "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/listeners"
	"github.com/mochi-mqtt/server/v2/packets"
	"github.com/stretchr/testify/require"
)

// openDoor lets everybody do everything.
type openDoor struct{ broker.HookBase }

func (openDoor) Provides(b byte) bool {
	return b == broker.OnConnectAuthenticate || b == broker.OnACLCheck
}

func (openDoor) OnConnectAuthenticate(*broker.Client, packets.Packet) bool { return true }

func (openDoor) OnACLCheck(*broker.Client, string, bool) bool { return true }

// startMochi starts a real broker, with a port of its choice where address has 0.
func startMochi(t testing.TB, address string) (stop func(), actual string) {
	t.Helper()
	server := broker.New(&broker.Options{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	require.NoError(t, server.AddHook(new(openDoor), nil))
	listener := listeners.NewTCP(listeners.Config{ID: "test", Address: address})
	require.NoError(t, server.AddListener(listener))
	require.NoError(t, server.Serve())
	stop = sync.OnceFunc(func() { _ = server.Close() })
	t.Cleanup(stop)
	return stop, listener.Address()
}

// connect returns a client of the broker, as a device or an onlooker is one.
func connect(t testing.TB, address, id string) mqtt.Client {
	t.Helper()
	client := mqtt.NewClient(mqtt.NewClientOptions().AddBroker("tcp://" + address).SetClientID(id).SetAutoReconnect(false))
	done(t, client.Connect())
	t.Cleanup(func() { client.Disconnect(0) })
	return client
}

func done(t testing.TB, token mqtt.Token) {
	t.Helper()
	require.True(t, token.WaitTimeout(5*time.Second))
	require.NoError(t, token.Error())
}
