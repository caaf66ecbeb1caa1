package webhook_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/holterd/holter/internal/webhook"
)

// What a receiver of its own does with a request.
func ExampleVerify() {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	body := `{"version":1,"id":"n1","alert":{"id":"a1","priority":"high","class":"physiological","state":"triggered","patient":"p1","title":"Run"}}`
	req := httptest.NewRequest(http.MethodPost, "/alerts", strings.NewReader(body))
	webhook.Sign(req.Header, "our secret", now, []byte(body))

	received, _ := io.ReadAll(req.Body)
	if err := webhook.Verify(req.Header, "our secret", now, 5*time.Minute, received); err != nil {
		fmt.Println("refused:", err)
		return
	}
	m, err := webhook.Decode(received)
	if err != nil {
		fmt.Println("refused:", err)
		return
	}
	fmt.Println(m.ID, m.Alert.Priority, m.Alert.Patient, m.Alert.Title)
	// Output: n1 high p1 Run
}
