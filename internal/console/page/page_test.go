package page_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/internal/console/page"
)

func get(t *testing.T, target string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, target, nil)
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	answer := httptest.NewRecorder()
	page.Handler().ServeHTTP(answer, request)
	return answer
}

func TestPagesAreServedUnderAStrictPolicy(t *testing.T) {
	for target, title := range map[string]string{"/": "Patients", "/patients/p7": "Patient", "/patients/a%20b?event=e1": "Patient"} {
		answer := get(t, target)
		require.Equal(t, http.StatusOK, answer.Code, target)
		require.Equal(t, "text/html; charset=utf-8", answer.Header().Get("Content-Type"))
		require.Contains(t, answer.Header().Get("Content-Security-Policy"), "default-src 'self'")
		require.NotContains(t, answer.Header().Get("Content-Security-Policy"), "unsafe")
		require.Contains(t, answer.Body.String(), "<title>"+title)
	}
}

func TestAnUnchangedFileIsNotSentAgain(t *testing.T) {
	first := get(t, "/static/js/api.js")
	require.Equal(t, "text/javascript; charset=utf-8", first.Header().Get("Content-Type"))
	tag := first.Header().Get("ETag")
	require.NotEmpty(t, tag)
	require.Equal(t, http.StatusNotModified, get(t, "/static/js/api.js", "If-None-Match", tag).Code)
	require.Equal(t, http.StatusOK, get(t, "/static/js/api.js", "If-None-Match", `"other"`).Code)
}

func TestWhatIsNoFileIsNotFound(t *testing.T) {
	for _, target := range []string{"/static/", "/static/js/", "/static/none.js", "/static/list.html", "/patients/", "/favicon.ico"} {
		require.Equal(t, http.StatusNotFound, get(t, target).Code, target)
	}
}

// The policy refuses inline code and style, and a file that is referred to but
// not there shows only in a browser.
func TestPagesReferToWhatIsServedAndHoldNothingInline(t *testing.T) {
	reference := regexp.MustCompile(`(?:src|href)="([^"#]+)"`)
	inline := regexp.MustCompile(`(?i)<style|\sstyle=|\son[a-z]+=|<script(?:\s+type="module")?\s*>`)
	for _, target := range []string{"/", "/patients/p7"} {
		body := get(t, target).Body.String()
		require.Empty(t, inline.FindAllString(body, -1), target)
		found := reference.FindAllStringSubmatch(body, -1)
		require.NotEmpty(t, found)
		for _, ref := range found {
			require.True(t, strings.HasPrefix(ref[1], "/"), ref[1])
			require.Equal(t, http.StatusOK, get(t, ref[1]).Code, ref[1])
		}
	}
}

func TestPagesAnnounceEveryModuleThatTheyRestOn(t *testing.T) {
	announced := regexp.MustCompile(`<link rel="modulepreload" fetchpriority="low" href="/static/js/([^"]+)">`)
	imported := regexp.MustCompile(`from "\./([^"]+)"`)
	for target, entry := range map[string]string{"/": "list.js", "/patients/p7": "patient.js"} {
		known := make(map[string]bool)
		for _, m := range announced.FindAllStringSubmatch(get(t, target).Body.String(), -1) {
			require.False(t, known[m[1]], "%s is announced twice", m[1])
			known[m[1]] = true
		}
		require.True(t, known[entry])
		for name := range known {
			for _, m := range imported.FindAllStringSubmatch(get(t, "/static/js/"+name).Body.String(), -1) {
				require.True(t, known[m[1]], "%s, which %s imports, is not announced at %s", m[1], name, target)
			}
		}
	}
}
