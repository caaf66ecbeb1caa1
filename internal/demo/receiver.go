package demo

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/holterd/holter/internal/config"
	"github.com/holterd/holter/internal/webhook"
)

// receiver stands for the caregiver: a webhook on a free port of this machine
// that takes signed notifications only.
type receiver struct {
	server *http.Server
	url    string
	secret string
}

// startReceiver tells the story of every notification.
func startReceiver(story *Story) (*receiver, error) {
	secret := make([]byte, 16)
	if _, err := rand.Read(secret); err != nil {
		return nil, fmt.Errorf("make a secret for the webhook: %w", err)
	}
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("open the webhook receiver: %w", err)
	}
	r := &receiver{url: "http://" + socket.Addr().String() + "/", secret: hex.EncodeToString(secret)}
	r.server = &http.Server{Handler: webhook.NewReceiver(r.secret, time.Now, story.Alerted), ReadHeaderTimeout: 5 * time.Second}
	go func() {
		if err := r.server.Serve(socket); !errors.Is(err, http.ErrServerClosed) {
			story.screen.line(warning, "", fmt.Sprintf("the webhook receiver has ended: %v", err))
		}
	}()
	return r, nil
}

func (r *receiver) webhook() config.Webhook { return config.Webhook{URL: r.url, Secret: r.secret} }

func (r *receiver) close() { _ = r.server.Close() }
