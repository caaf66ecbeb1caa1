package influx

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	embedded "github.com/holterd/holter/internal/embedded/influx"
	"github.com/holterd/holter/internal/testport"
)

// realURL is the server of all tests of the package: the one that
// HOLTER_TEST_INFLUX_URL names (for InfluxDB 2.x with HOLTER_TEST_INFLUX_ORG
// and HOLTER_TEST_INFLUX_TOKEN), else an embedded one.
var realURL = sync.OnceValues(func() (string, error) {
	if url := os.Getenv("HOLTER_TEST_INFLUX_URL"); url != "" {
		return url, nil
	}
	dir, err := os.MkdirTemp("", "influx")
	if err != nil {
		return "", err
	}
	addr, release, err := testport.Take()
	if err != nil {
		return "", err
	}
	stop = func() error { release(); return os.RemoveAll(dir) }
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute) // it starts slowly on a busy machine
	defer cancel()
	server, err := embedded.Start(ctx, embedded.Options{Addr: addr, Dir: dir}, zerolog.Nop())
	if err != nil {
		return "", err
	}
	stop = func() error { defer release(); return errors.Join(server.Close(), os.RemoveAll(dir)) }
	return server.URL(), nil
})

// stop ends what realURL started.
var stop = func() error { return nil }

func TestMain(m *testing.M) {
	code := m.Run()
	if err := stop(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// realStore is a store on a fresh bucket of a real server.
func realStore(t testing.TB) *Store {
	t.Helper()
	url, err := realURL()
	if errors.Is(err, embedded.ErrNotFound) {
		t.Skip("SKIPPED: the event store is not tested against InfluxDB: ", err)
	}
	require.NoError(t, err)
	org := os.Getenv("HOLTER_TEST_INFLUX_ORG")
	if org == "" {
		org = "holter"
	}
	store, err := Open(Options{
		URL: url, Org: org, Token: os.Getenv("HOLTER_TEST_INFLUX_TOKEN"),
		Bucket: fmt.Sprintf("%s-%d", t.Name(), time.Now().UnixNano()), Retention: 1000 * time.Hour,
		Log: zerolog.New(zerolog.NewTestWriter(t)),
	})
	require.NoError(t, err)
	t.Cleanup(store.Close)
	require.NoError(t, store.Init(t.Context()))
	return store
}
