package notify_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/alerter/engine"
	"github.com/holterd/holter/internal/alerter/notify"
	"github.com/holterd/holter/internal/alerter/rule"
	"github.com/holterd/holter/internal/alerter/state"
	"github.com/holterd/holter/internal/smtptest"
)

// scenes answers as the test says.
type scenes func(ctx context.Context, about notify.Subject) notify.Scene

func (s scenes) Scene(ctx context.Context, about notify.Subject) notify.Scene { return s(ctx, about) }

// told delivers alerts of priorities to a target, all of the same moment, and
// returns what the target got: "priority after seconds: picture, missing".
func told(t *testing.T, target notify.Notifier, s notify.Scenes, priorities ...alert.Priority) {
	t.Helper()
	store := state.New(nil)
	require.NoError(t, store.Load(0, nil))
	require.NoError(t, store.Update(0, func(tx *state.Tx) error {
		for i, p := range priorities {
			n := state.Notification{ID: fmt.Sprint(i), Target: "t", Made: time.Now(), Next: time.Now(), Alert: alert.Alert{
				ID: fmt.Sprint(i), Patient: "p", Priority: p, Class: alert.Physiological, State: alert.Triggered,
			}}
			if err := tx.Notify(&n); err != nil {
				return err
			}
		}
		return nil
	}))
	queue := notify.NewQueue(store, engine.New(&rule.Set{}, []string{"t"}), notify.Options{
		Targets: []notify.Target{{Name: "t", Notifier: target}}, Delivery: func() rule.Delivery { return delivery },
		Scenes: s, Waits: notify.DefaultWaits, Log: zerolog.Nop(), Jitter: func() float64 { return 0 }, Told: func(notify.Report, *engine.Step) {},
	})
	require.NoError(t, queue.TakeUp(0))
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- queue.Run(ctx) }()
	for queue.Pending() > 0 {
		time.Sleep(time.Millisecond)
	}
	stop()
	require.NoError(t, <-ended)
}

// notifier is a function that is one.
type notifier func(context.Context, notify.Message) (bool, error)

func (n notifier) Notify(ctx context.Context, m notify.Message) (bool, error) { return n(ctx, m) }

// A disk that hangs costs high priority two seconds and its picture.
func TestHighPriorityHardlyWaitsForAPicture(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		hangs := scenes(func(ctx context.Context, _ notify.Subject) notify.Scene {
			<-ctx.Done()
			return notify.Scene{Missing: "it was not ready in time", Early: true}
		})
		var got []string
		told(t, notifier(func(_ context.Context, m notify.Message) (bool, error) {
			got = append(got, fmt.Sprintf("%s after %s: %s", m.Alert.Priority, time.Since(began).Round(time.Second), m.Missing))
			return false, nil
		}), hangs, alert.High, alert.High, alert.High)
		const others = "high after 2s: other pictures were late"
		require.Equal(t, []string{"high after 2s: it was not ready in time", others, others}, got)
	})
}

// Pictures that take their time do not add up for those behind.
func TestSlowPictures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		slow := scenes(func(ctx context.Context, _ notify.Subject) notify.Scene {
			select {
			case <-time.After(900 * time.Millisecond):
				return notify.Scene{Picture: []byte("png")}
			case <-ctx.Done():
				return notify.Scene{Missing: "late"}
			}
		})
		var got []string
		told(t, notifier(func(_ context.Context, m notify.Message) (bool, error) {
			got = append(got, fmt.Sprintf("%.1f s %s%s", time.Since(began).Seconds(), m.Picture, m.Missing))
			return false, nil
		}), slow, alert.High, alert.High, alert.High, alert.High)
		require.Equal(t, []string{"0.9 s png", "1.8 s png", "2.0 s late", "2.0 s other pictures were late"}, got)
	})
}

// What is on its way to the archive is waited for by medium and low priority, not
// by high, and not for ever; nobody waits behind them.
func TestWaitingForTheArchive(t *testing.T) {
	for name, c := range map[string]struct {
		there time.Duration
		want  []string
	}{
		"it comes":      {10 * time.Second, []string{"high after 0s: part", "medium after 10s: whole", "low after 10s: whole"}},
		"it never does": {time.Hour, []string{"high after 0s: part", "medium after 25s: part", "low after 25s: part"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				comes := scenes(func(_ context.Context, about notify.Subject) notify.Scene {
					switch {
					case time.Since(began) >= c.there:
						return notify.Scene{Picture: []byte("whole")}
					case about.CanWait:
						return notify.Scene{Early: true}
					}
					return notify.Scene{Picture: []byte("part"), Early: true}
				})
				var got []string
				told(t, notifier(func(_ context.Context, m notify.Message) (bool, error) {
					got = append(got, fmt.Sprintf("%s after %s: %s", m.Alert.Priority, time.Since(began).Round(time.Second), m.Picture))
					return false, nil
				}), comes, alert.Low, alert.Medium, alert.High)
				require.Equal(t, c.want, got)
			})
		})
	}
}

// A message that is refused with its picture arrives without.
func TestRefusedPictures(t *testing.T) {
	box := smtptest.New(t)
	box.Refuse("image/png")
	var tries atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		tries.Add(1)
		body, _ := io.ReadAll(r.Body)
		if r.Header.Get("Filename") != "" || len(body) > 5000 {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
		}
	}))
	defer server.Close()
	png := drawing(t)
	require.Greater(t, len(png), 5000)
	draws := scenes(func(context.Context, notify.Subject) notify.Scene { return notify.Scene{Picture: png} })

	mail, _, err := notify.NewService("smtp://" + box.Addr + "/?from=holter@example.org&to=ann@example.org")
	require.NoError(t, err)
	told(t, mail, draws, alert.High)
	mails := box.Mails()
	require.Len(t, mails, 1)
	one := smtptest.Read(t, mails[0])
	require.Equal(t, "alternative(plain html)", one.Structure)
	require.Contains(t, string(one.Leaves[0].Body), "No picture of the signal: the receiver did not take it")

	topic, _, err := notify.NewService("ntfy://" + server.Listener.Addr().String() + "/ward?scheme=http")
	require.NoError(t, err)
	told(t, topic, draws, alert.High)
	require.EqualValues(t, 2, tries.Load())
	told(t, notify.NewWebhook(server.URL, ""), draws, alert.High)
	require.EqualValues(t, 4, tries.Load())
}
