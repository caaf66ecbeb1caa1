package influx

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// bucketServer answers as InfluxDB 2.x does where Init asks; retention is the
// bucket's in seconds, -1 while there is none.
func bucketServer(t *testing.T, retention *int, calls *[]string) *Store {
	t.Helper()
	answer := func(w http.ResponseWriter, status int, text string) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	}
	bucket := func() string {
		return fmt.Sprintf(`{"id":"b1","orgID":"o1","name":"holter","retentionRules":[{"type":"expire","everySeconds":%d}]}`, *retention)
	}
	rule := func(r *http.Request) int {
		var body struct {
			RetentionRules []struct{ EverySeconds int }
		}
		require.NoError(t, json.NewDecoder(r.Body).Decode(&body))
		return body.RetentionRules[0].EverySeconds
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /ping", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Influxdb-Version", "dev") // a build that does not know its version
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("GET /api/v2/setup", func(w http.ResponseWriter, _ *http.Request) { answer(w, 200, `{"allowed":false}`) })
	mux.HandleFunc("GET /api/v2/orgs", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("org") != "home" {
			answer(w, 404, `{"code":"not found","message":"organization name \"other\" not found"}`)
			return
		}
		answer(w, 200, `{"orgs":[{"id":"o1","name":"home"}]}`)
	})
	mux.HandleFunc("GET /api/v2/buckets", func(w http.ResponseWriter, r *http.Request) {
		require.Equal(t, "o1", r.URL.Query().Get("orgID"))
		if *retention < 0 {
			answer(w, 404, `{"code":"not found","message":"bucket \"holter\" not found"}`)
			return
		}
		answer(w, 200, `{"buckets":[`+bucket()+`]}`)
	})
	mux.HandleFunc("POST /api/v2/buckets", func(w http.ResponseWriter, r *http.Request) {
		*calls = append(*calls, "create")
		*retention = rule(r)
		answer(w, 201, bucket())
	})
	mux.HandleFunc("PATCH /api/v2/buckets/b1", func(w http.ResponseWriter, r *http.Request) {
		*calls = append(*calls, "update")
		*retention = rule(r)
		answer(w, 200, bucket())
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	s, err := Open(Options{URL: server.URL, Org: "home", Bucket: "holter", Token: "t", Retention: 2 * time.Hour})
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return s
}

func TestInitOfVersion2(t *testing.T) {
	retention, calls := -1, []string{}
	s := bucketServer(t, &retention, &calls)
	require.NoError(t, s.Init(t.Context()))
	require.NoError(t, s.Init(t.Context()))
	require.Equal(t, 7200, retention)
	require.Equal(t, []string{"create"}, calls, "the second time there is nothing to do")
	s.options.Retention = 0 // for ever
	require.NoError(t, s.Init(t.Context()))
	require.Equal(t, 0, retention)
	require.Equal(t, []string{"create", "update"}, calls)
}

func TestInitOfVersion2WithoutTheOrganisation(t *testing.T) {
	retention, calls := -1, []string{}
	s := bucketServer(t, &retention, &calls)
	s.options.Org = "other"
	require.ErrorContains(t, s.Init(t.Context()), "influx setup")
	require.Empty(t, calls)
}
