import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPrivateKeySpec;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A client of Anshi on the JDK alone: signs questions, submits them, and verifies what comes back without trusting who
 * sent it. Run it as {@code java Anshi.java --profile client.json COMMAND}, or use its nested classes:
 *
 * <pre>
 * var client = new Anshi.Client(Anshi.Profile.load(Path.of("client.json")), "en");
 * var signed = client.signJob(job);       // keep it: the same token again gives the same bundle, free
 * var answer = client.answer(signed);     // submitted, waited for, verified
 * System.out.println(answer.result());
 * </pre>
 *
 * JSON is Map, List, String, Long, Boolean and null. Exit codes: 0 done, 1 failed, 2 wrong use, 3 refused, 4 not verified.
 */
@SuppressWarnings("serial")
public final class Anshi {
    private Anshi() {}

    // ----- what can go wrong: no message carries a key, a token or a party's identifier -----

    /** Any error of this client. */
    public static class AnshiException extends RuntimeException {
        AnshiException(String message) { super(message); }
    }

    /** Something that was read (a file, an argument, a service's answer) is not of the form that it must have. */
    public static final class FormException extends AnshiException {
        FormException(String message) { super(message); }
    }

    /** A bundle is not to be believed: somebody changed it, or it belongs to something else. */
    public static final class VerificationException extends AnshiException {
        VerificationException(String message) { super(message); }
    }

    /** The service did not answer, however often it was asked. A job may be admitted: submit the same token again. */
    public static final class UnreachableException extends AnshiException {
        UnreachableException(String message) { super(message); }
    }

    /** The service said no (RFC 9457). Decide by {@code kind}; {@code retryAfter} is null where coming again does not help. */
    public static final class Problem extends AnshiException {
        static final String PREFIX = "urn:anshi:problem:";
        public final String kind, title, detail, requestId;
        public final int status;
        public final Long retryAfter;

        Problem(String kind, String title, String detail, int status, Long retryAfter, String requestId) {
            super(kind + ": " + title + (detail == null ? "" : " (" + detail + ")"));
            this.kind = kind;
            this.title = title;
            this.detail = detail;
            this.status = status;
            this.retryAfter = retryAfter;
            this.requestId = requestId;
        }

        /** Whether the service decided against the call, rather than being unable to serve it now. */
        public boolean isRefusal() { return status < 500; }
    }

    static void check(boolean held, String what) {
        if (!held) throw new VerificationException(what);
    }

    static void checkForm(boolean held, String what) {
        if (!held) throw new FormException(what);
    }

    // ----- bytes: one encoding for each value -----

    static byte[] utf8(String text) { return text.getBytes(StandardCharsets.UTF_8); }

    static String text(byte[] bytes, String what) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException error) {
            throw new FormException(what + " is not UTF-8");
        }
    }

    static byte[] concat(byte[]... parts) {
        var all = new ByteArrayOutputStream();
        for (byte[] part : parts) all.writeBytes(part);
        return all.toByteArray();
    }

    static byte[] sha256(byte[]... parts) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(concat(parts));
        } catch (GeneralSecurityException error) {
            throw new IllegalStateException(error);
        }
    }

    static String digestText(byte[] digest) { return "sha256:" + HexFormat.of().formatHex(digest); }

    /** Every part behind its length as a big-endian 64-bit integer. */
    static byte[] prefixed(byte[]... parts) {
        var all = new ByteArrayOutputStream();
        for (byte[] part : parts) all.writeBytes(concat(ByteBuffer.allocate(8).putLong(part.length).array(), part));
        return all.toByteArray();
    }

    static String base64url(byte[] bytes) { return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes); }

    static byte[] fromBase64url(String text, String what) {
        return decode(Base64.getUrlDecoder(), Base64.getUrlEncoder().withoutPadding(), text, what + " is not canonical base64url");
    }

    static byte[] fromBase64(String text, String what) {
        return decode(Base64.getDecoder(), Base64.getEncoder(), text, what + " is not canonical base64");
    }

    private static byte[] decode(Base64.Decoder decoder, Base64.Encoder encoder, String text, String wrong) {
        try {
            byte[] bytes = decoder.decode(text);
            // The JDK takes stray bits; encoding again notices.
            checkForm(encoder.encodeToString(bytes).equals(text), wrong);
            return bytes;
        } catch (IllegalArgumentException error) {
            throw new FormException(wrong);
        }
    }

    /** A natural number without a sign or leading zeros. */
    static long decimal(String text, String what) {
        checkForm(text.matches("0|[1-9][0-9]{0,17}"), what + " is not a natural number");
        return Long.parseLong(text);
    }

    /** JSON, strictly: no member twice, no fractions, no integers beyond 2⁵³; written in the form of RFC 8785. */
    static final class Json {
        private static final long INTEGER_MAX = (1L << 53) - 1;
        private static final int DEPTH_MAX = 64;
        private final String text, what;
        private int at, depth;

        private Json(String text, String what) {
            this.text = text;
            this.what = what;
        }

        static Object read(byte[] bytes, String what) {
            var json = new Json(text(bytes, what), what);
            Object value = json.value();
            if (json.peek() != 0) throw json.wrong("something stands behind the value");
            return value;
        }

        /** JSON that is written in its one canonical form: what is signed has no second spelling. */
        static Object readCanonical(byte[] bytes, String what) {
            Object value = read(bytes, what);
            checkForm(Arrays.equals(utf8(write(value)), bytes), what + " is not canonical JSON");
            return value;
        }

        private FormException wrong(String why) { return new FormException(what + " is not strict JSON: " + why + " at " + at); }

        /** The next character that is no white space; 0 at the end. */
        private char peek() {
            while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) at++;
            return at < text.length() ? text.charAt(at) : 0;
        }

        private void expect(char wanted) {
            if (peek() != wanted) throw wrong("`" + wanted + "` is missing");
            at++;
        }

        private Object value() {
            if (++depth > DEPTH_MAX) throw wrong("it is too deep");
            Object value = switch (peek()) {
                case '{' -> object();
                case '[' -> array();
                case '"' -> string();
                case 't' -> word("true", true);
                case 'f' -> word("false", false);
                case 'n' -> word("null", null);
                default -> number();
            };
            depth--;
            return value;
        }

        private Object word(String word, Object value) {
            if (!text.startsWith(word, at)) throw wrong("no value");
            at += word.length();
            return value;
        }

        private Map<String, Object> object() {
            var members = new LinkedHashMap<String, Object>();
            for (expect('{'); members.isEmpty() ? peek() != '}' : peek() == ','; ) {
                if (!members.isEmpty()) at++;
                if (peek() != '"') throw wrong("a member has no name");
                String name = string();
                expect(':');
                Object value = value();
                if (members.containsKey(name)) throw wrong("a member stands twice");
                members.put(name, value);
            }
            expect('}');
            return members;
        }

        private List<Object> array() {
            var items = new ArrayList<Object>();
            for (expect('['); items.isEmpty() ? peek() != ']' : peek() == ','; ) {
                if (!items.isEmpty()) at++;
                items.add(value());
            }
            expect(']');
            return items;
        }

        private Long number() {
            int start = at;
            while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) at++;
            String digits = text.substring(start, at);
            if (!digits.matches("0|-?[1-9][0-9]{0,15}")) throw wrong("no value, or a number that is no safe integer");
            long number = Long.parseLong(digits);
            if (Math.abs(number) > INTEGER_MAX) throw wrong("an integer is too large");
            return number;
        }

        private String string() {
            var out = new StringBuilder();
            for (at++; ; at++) {
                if (at >= text.length() || text.charAt(at) < ' ') throw wrong("a text does not end");
                char next = text.charAt(at);
                if (next == '"') break;
                out.append(next == '\\' ? escape() : next);
            }
            at++;
            return out.toString();
        }

        private char escape() {
            int escape = ++at < text.length() ? "\"\\/bfnrtu".indexOf(text.charAt(at)) : -1;
            if (escape < 0) throw wrong("an escape that is none");
            if (escape < 8) return "\"\\/\b\f\n\r\t".charAt(escape);
            String hex = text.substring(at + 1, Math.min(at + 5, text.length()));
            if (!hex.matches("[0-9a-fA-F]{4}")) throw wrong("an escape that is none");
            at += 4;
            return (char) Integer.parseInt(hex, 16);
        }

        /** RFC 8785. Java sorts texts by UTF-16 units, as it asks. */
        static String write(Object value) {
            if (value instanceof Map<?, ?> members) {
                var parts = new ArrayList<String>();
                new TreeMap<>(members).forEach((name, member) -> parts.add(quote((String) name) + ":" + write(member)));
                return "{" + String.join(",", parts) + "}";
            }
            if (value instanceof List<?> items) return "[" + String.join(",", items.stream().map(Json::write).toList()) + "]";
            return value instanceof String string ? quote(string) : String.valueOf(value);
        }

        private static String quote(String text) {
            var out = new StringBuilder("\"");
            for (char next : text.toCharArray()) {
                int escape = "\"\\\b\f\n\r\t".indexOf(next);
                if (escape >= 0) out.append('\\').append("\"\\bfnrt".charAt(escape));
                else if (next < ' ') out.append(String.format("\\u%04x", (int) next));
                else out.append(next);
            }
            return out.append('"').toString();
        }

        /** An object with exactly these members; a name that ends with `?` may be missing. */
        @SuppressWarnings("unchecked")
        static Map<String, Object> members(Object value, String what, String... names) {
            checkForm(value instanceof Map, what + " is not a JSON object");
            var members = (Map<String, Object>) value;
            var unknown = new TreeSet<>(members.keySet());
            for (String name : names) {
                String plain = name.replace("?", "");
                checkForm(unknown.remove(plain) || !name.equals(plain), what + " lacks `" + plain + "`");
            }
            checkForm(unknown.isEmpty(), what + " has an unknown member `" + (unknown.isEmpty() ? "" : unknown.first()) + "`");
            return members;
        }
    }

    /** A member that is a text. */
    static String string(Map<String, Object> members, String name) {
        if (members.get(name) instanceof String text) return text;
        throw new FormException("`" + name + "` is not a text");
    }

    /** A member that is an integer. */
    static long integer(Map<String, Object> members, String name) {
        if (members.get(name) instanceof Long number) return number;
        throw new FormException("`" + name + "` is not an integer");
    }

    /** A member that is a list. */
    static List<?> list(Map<String, Object> members, String name) {
        if (members.get(name) instanceof List<?> items) return items;
        throw new FormException("`" + name + "` is not an array");
    }

    // ----- keys: the algorithm belongs to the key, and is never read from a token (RFC 9864, RFC 7518) -----

    /** A key: Ed25519 or P-256; {@code secret} is null in a public one. Never printed. */
    static final class Jwk {
        private static final byte[] ED25519_DER = HexFormat.of().parseHex("302a300506032b6570032100");
        final String algorithm, kid;
        private final PublicKey open;
        private final PrivateKey secret;

        Jwk(Map<String, Object> jwk, String what) {
            boolean isEdwards = "OKP".equals(jwk.get("kty")) && "Ed25519".equals(jwk.get("crv"));
            boolean isP256 = "EC".equals(jwk.get("kty")) && "P-256".equals(jwk.get("crv"));
            checkForm(isEdwards || isP256, what + " is neither Ed25519 nor P-256");
            algorithm = isEdwards ? "Ed25519" : "ES256";
            var required = new TreeMap<String, Object>();
            for (String name : isEdwards ? List.of("crv", "kty", "x") : List.of("crv", "kty", "x", "y")) required.put(name, jwk.get(name));
            kid = base64url(sha256(utf8(Json.write(required))));
            checkForm(kid.equals(jwk.getOrDefault("kid", kid)), what + " has a `kid` that is not its RFC 7638 thumbprint");
            byte[] x = coordinate(jwk, "x", what);
            byte[] d = jwk.containsKey("d") ? coordinate(jwk, "d", what) : null;
            try {
                open = isEdwards ? edwards(x) : p256(x, coordinate(jwk, "y", what));
                secret = d == null ? null : isEdwards ? edwardsSecret(d) : p256Secret(d);
            } catch (GeneralSecurityException error) {
                throw new FormException(what + " is no key of its curve");
            }
        }

        /** Reads a private JWK, and refuses one that others can read. */
        static Jwk load(Path path) throws IOException {
            var allowed = Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE);
            checkForm(allowed.containsAll(Files.getPosixFilePermissions(path)), "`" + path + "` can be read by others: chmod 600 it");
            var jwk = Json.members(Json.read(Files.readAllBytes(path), "`" + path + "`"), "`" + path + "`", "kty", "crv", "x", "d", "y?", "kid?", "alg?", "use?");
            return new Jwk(jwk, "`" + path + "`");
        }

        private static byte[] coordinate(Map<String, Object> jwk, String name, String what) {
            byte[] bytes = fromBase64url(string(jwk, name), what + "'s `" + name + "`");
            checkForm(bytes.length == 32, what + "'s `" + name + "` is not 32 bytes");
            return bytes;
        }

        static PublicKey edwards(byte[] x) throws GeneralSecurityException {
            return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(concat(ED25519_DER, x)));
        }

        private static PrivateKey edwardsSecret(byte[] d) throws GeneralSecurityException {
            return KeyFactory.getInstance("Ed25519").generatePrivate(new EdECPrivateKeySpec(NamedParameterSpec.ED25519, d));
        }

        private static ECParameterSpec curve() throws GeneralSecurityException {
            var parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec("secp256r1"));
            return parameters.getParameterSpec(ECParameterSpec.class);
        }

        private static PublicKey p256(byte[] x, byte[] y) throws GeneralSecurityException {
            var point = new ECPoint(new BigInteger(1, x), new BigInteger(1, y));
            return KeyFactory.getInstance("EC").generatePublic(new ECPublicKeySpec(point, curve()));
        }

        private static PrivateKey p256Secret(byte[] d) throws GeneralSecurityException {
            return KeyFactory.getInstance("EC").generatePrivate(new ECPrivateKeySpec(new BigInteger(1, d), curve()));
        }

        private Signature signature() throws GeneralSecurityException {
            // JOSE wants r‖s, not ASN.1.
            return Signature.getInstance(algorithm.equals("ES256") ? "SHA256withECDSAinP1363Format" : "Ed25519");
        }

        boolean verifies(byte[] message, byte[] signed) {
            try {
                Signature signature = signature();
                signature.initVerify(open);
                signature.update(message);
                return signature.verify(signed);
            } catch (GeneralSecurityException error) {
                return false;
            }
        }

        /** A compact JWS whose header is exactly alg, kid and typ. */
        String sign(String typ, Map<String, Object> payload) {
            var header = Map.of("alg", algorithm, "kid", kid, "typ", typ);
            String input = base64url(utf8(Json.write(header))) + "." + base64url(utf8(Json.write(payload)));
            try {
                Signature signature = signature();
                signature.initSign(secret);
                signature.update(utf8(input));
                return input + "." + base64url(signature.sign());
            } catch (GeneralSecurityException error) {
                throw new AnshiException("the key does not sign");
            }
        }
    }

    // ----- what a client signs: the service takes exactly these members -----

    /** Who asks whom, and whose keys are believed: a JSON file, with paths relative to its folder. */
    public record Profile(String url, String ledger, String client, String connect, Path key, Path jwks, Path logKey) {
        /** Reads a profile; unknown members are errors. */
        public static Profile load(Path path) throws IOException {
            String what = "`" + path + "`";
            var value = Json.members(Json.read(Files.readAllBytes(path), what), what, "url", "ledger", "client", "key", "jwks", "log_key", "connect?");
            String url = string(value, "url").replaceAll("/+$", "");
            String connect = value.containsKey("connect") ? string(value, "connect").replaceAll("/+$", "") : url;
            Path folder = path.toAbsolutePath().getParent();
            Path key = folder.resolve(string(value, "key")), jwks = folder.resolve(string(value, "jwks"));
            return new Profile(url, string(value, "ledger"), string(value, "client"), connect, key, jwks, folder.resolve(string(value, "log_key")));
        }

        /** The keys that were pinned. */
        public TrustedKeys trustedKeys() throws IOException {
            return new TrustedKeys(Files.readAllBytes(jwks), Files.readString(logKey));
        }
    }

    private static final String[] ENVELOPE = {"iss", "aud", "iat", "exp", "jti", "htm", "htu"};
    private static final String[] JOB = {"policy", "guest", "parameters", "parties", "consents", "purpose"};

    /** A party of a question: its role, and its canonical identifier. */
    record Party(String role, String id) {}

    /** A signed question. Keep it until it is answered: the same token gives the same bundle, and is charged once. */
    public static final class SignedJob {
        final String token, client, ledger, jobId;
        final Map<String, Object> job;
        final List<Party> parties = new ArrayList<>();

        /** Reads one's own token again; whether the signature is right is for the service to say. */
        public SignedJob(String text) {
            token = text.strip();
            String[] segments = token.split("\\.", -1);
            checkForm(segments.length == 3, "the token is not a compact JWS");
            Object payload = Json.readCanonical(fromBase64url(segments[1], "the token's payload"), "the token's payload");
            var names = new ArrayList<>(List.of(ENVELOPE));
            names.addAll(List.of(JOB));
            job = checkJob(Json.members(payload, "the token", names.toArray(String[]::new)));
            for (Object party : list(job, "parties")) {
                var members = Json.members(party, "a party of the job", "role", "id");
                parties.add(new Party(string(members, "role"), string(members, "id")));
            }
            client = string(job, "iss");
            ledger = string(job, "aud");
            jobId = digestText(sha256(utf8("anshi/job/v1\n"), prefixed(utf8(client), utf8(ledger), utf8(string(job, "jti")))));
        }

        /** Checks the members that are the asker's to choose. */
        private static Map<String, Object> checkJob(Map<String, Object> job) {
            var policy = Json.members(job.get("policy"), "the job's `policy`", "id", "version");
            for (String name : List.of("id", "version")) string(policy, name);
            for (String name : List.of("guest", "purpose")) string(job, name);
            checkForm(job.get("parameters") instanceof Map, "the job's `parameters` are not a JSON object");
            for (Object value : ((Map<?, ?>) job.get("parameters")).values()) {
                checkForm(value instanceof Long || value instanceof String, "a parameter is an integer or a text");
            }
            checkForm(list(job, "consents").stream().allMatch(String.class::isInstance), "a consent is no text");
            return job;
        }

        /** What a receipt calls this request. */
        String requestDigest() { return signingInputDigest(token); }
    }

    /** SHA-256 of header.payload: a signature is evidence, never an identifier. */
    static String signingInputDigest(String token) { return digestText(sha256(utf8(token.substring(0, Math.max(0, token.lastIndexOf('.')))))); }

    /** Signs for one client of one service. */
    record Signer(Profile profile, Jwk key) {
        private static final int JOB_SECONDS = 120; // at most 300
        private static final int CALL_SECONDS = 60; // at most 60
        private static final int JTI_BYTES = 16; // at least 128 random bits
        private static final SecureRandom RANDOM = new SecureRandom();

        private Map<String, Object> envelope(int seconds, String method, String path) {
            byte[] jti = new byte[JTI_BYTES];
            RANDOM.nextBytes(jti);
            long now = System.currentTimeMillis() / 1000;
            Object[] values = {profile.client, profile.ledger, now, now + seconds, base64url(jti), method, profile.url + path};
            var members = new HashMap<String, Object>();
            for (int at = 0; at < ENVELOPE.length; at++) members.put(ENVELOPE[at], values[at]);
            return members;
        }

        SignedJob job(Object job) {
            var payload = envelope(JOB_SECONDS, "POST", "/v1/jobs");
            payload.putAll(Json.members(job, "the job", JOB));
            return new SignedJob(key.sign("job+jwt", payload));
        }

        /** A call's token covers method, address and body, lives for a minute and serves once. */
        String call(String typ, String method, String path, byte[] body, String subject) {
            var payload = envelope(CALL_SECONDS, method, path);
            payload.put("body", digestText(sha256(body)));
            if (subject != null) payload.put("sub", subject);
            return key.sign(typ, payload);
        }
    }

    // ----- the log's side of a bundle: signed notes, checkpoints, inclusion proofs (C2SP, RFC 9162) -----

    /** What the log says of itself: how many leaves it has, and the root over them. */
    record Checkpoint(long size, byte[] root) {}

    /** The log's verifier key: origin+id+key (C2SP signed-note). */
    static final class LogKey {
        private static final byte ED25519 = 1;
        final String origin;
        private final String keyId;
        private final PublicKey key;

        LogKey(String text) {
            String[] parts = text.strip().split("\\+", 3);
            checkForm(parts.length == 3, "the log key is not `origin+id+key`");
            origin = parts[0];
            keyId = parts[1];
            byte[] bytes = fromBase64(parts[2], "the log key");
            checkForm(bytes.length == 33 && bytes[0] == ED25519, "the log key is not Ed25519");
            checkForm(idOf(sha256(utf8(origin + "\n"), bytes)).equals(keyId), "the log key's id is not its own");
            try {
                key = Jwk.edwards(Arrays.copyOfRange(bytes, 1, 33));
            } catch (GeneralSecurityException error) {
                throw new FormException("the log key is no point of its curve");
            }
        }

        private static String idOf(byte[] bytes) { return HexFormat.of().formatHex(Arrays.copyOf(bytes, 4)); }

        /** The checkpoint of a note that this key signed; other signatures (witnesses') are passed over. */
        Checkpoint open(String note) {
            int end = note.lastIndexOf("\n\n");
            checkForm(end > 0 && note.endsWith("\n") && note.length() > end + 2, "the checkpoint is not a signed note");
            List<String> lines = List.of(note.substring(0, end).split("\n", -1));
            checkForm(lines.size() >= 3 && !lines.contains(""), "the checkpoint is not a signed note");
            check(lines.get(0).equals(origin), "the checkpoint is of another log");
            byte[] signedText = utf8(note.substring(0, end + 1));
            boolean signed = false;
            for (String line : note.substring(end + 2, note.length() - 1).split("\n", -1)) signed |= hasSigned(line, signedText);
            check(signed, "the log has not signed the checkpoint");
            return new Checkpoint(decimal(lines.get(1), "the checkpoint's size"), hash(lines.get(2), "the checkpoint's root"));
        }

        private boolean hasSigned(String line, byte[] signedText) {
            String[] parts = line.split(" ", -1);
            checkForm(parts.length == 3 && parts[0].equals("—"), "the checkpoint has a line that is no signature");
            byte[] bytes = fromBase64(parts[2], "a signature of the checkpoint");
            if (!parts[1].equals(origin) || bytes.length < 4 || !idOf(bytes).equals(keyId)) return false;
            boolean fits;
            try {
                Signature signature = Signature.getInstance("Ed25519");
                signature.initVerify(key);
                signature.update(signedText);
                fits = signature.verify(bytes, 4, bytes.length - 4);
            } catch (GeneralSecurityException error) {
                fits = false;
            }
            check(fits, "the checkpoint was changed after the log signed it");
            return true;
        }

        static byte[] hash(String base64, String what) {
            byte[] hash = fromBase64(base64, what);
            checkForm(hash.length == 32, what + " is not 32 bytes");
            return hash;
        }

        /** The root that an inclusion proof leads to (RFC 9162, section 2.1.3.2). */
        private static byte[] rootOf(byte[] leaf, long index, long size, List<byte[]> path) {
            check(index < size, "the leaf is outside of the tree");
            byte[] left = {1}, found = leaf;
            long node = index, last = size - 1;
            for (byte[] sibling : path) {
                check(last > 0, "the proof is too long");
                if ((node & 1) == 1 || node == last) {
                    found = sha256(left, sibling, found);
                    for (; node != 0 && (node & 1) == 0; node >>= 1) last >>= 1;
                } else {
                    found = sha256(left, found, sibling);
                }
                node >>= 1;
                last >>= 1;
            }
            check(last == 0, "the proof is too short");
            return found;
        }

        /** The index of an entry in the log, after the proof led from it to a checkpoint of this key. */
        long checkIncluded(byte[] entry, String proof, String what) {
            int end = proof.indexOf("\n\n");
            String[] lines = end < 0 ? new String[0] : proof.substring(0, end).split("\n", -1);
            boolean isProof = lines.length >= 2 && lines[0].equals("c2sp.org/tlog-proof@v1") && lines[1].startsWith("index ");
            checkForm(isProof, "the " + what + "'s proof is no tlog-proof");
            long index = decimal(lines[1].substring("index ".length()), "the " + what + "'s index");
            var path = new ArrayList<byte[]>();
            for (int at = 2; at < lines.length; at++) path.add(hash(lines[at], "a hash of the " + what + "'s proof"));
            Checkpoint checkpoint = open(proof.substring(end + 2));
            byte[] root = rootOf(sha256(new byte[] {0}, entry), index, checkpoint.size, path);
            check(Arrays.equals(root, checkpoint.root), "the " + what + " is not in the log where its proof says");
            return index;
        }
    }

    // ----- verifying offline; docs/receipts.md has the rules -----

    /** Whom to believe: the engine's key set and its log's key. Fetch them once, over a line you trust, and keep them. */
    public static final class TrustedKeys {
        final LogKey log;
        final Map<String, Jwk> receipts = new TreeMap<>();
        /** The last second that a retired key signed for. */
        final Map<String, Long> expires = new HashMap<>();

        public TrustedKeys(byte[] jwks, String logKey) {
            log = new LogKey(logKey);
            for (Object published : list(Json.members(Json.read(jwks, "the key set"), "the key set", "keys"), "keys")) {
                String what = "a key of the set";
                var jwk = Json.members(published, what, "kty", "crv", "x", "kid", "y?", "alg?", "use?", "anshi_test?", "iat?", "exp?");
                Jwk key = new Jwk(jwk, what);
                receipts.put(key.kid, key);
                if (jwk.containsKey("exp")) expires.put(key.kid, integer(jwk, "exp"));
            }
        }
    }

    /** What a bundle proves. {@link #verify} alone makes one. */
    public static final class VerifiedBundle {
        private static final String[] CLAIMS = {"iss", "aud", "jti", "iat", "req", "purpose", "policy", "approvals", "guest", "snapshot",
            "engine", "consents", "parties", "result", "cost", "log"};
        private static final String[] INTENT = {"job", "req", "client", "policy", "version", "policy_sha256", "guest", "snapshot",
            "sameness", "admitted_ms", "parties", "charges", "consents"};
        private static final String[] OUTCOME = {"job", "intent", "tick_ms", "claims", "reason"};

        public final Map<String, Object> claims;
        private final List<Map<String, Object>> openings = new ArrayList<>();

        private VerifiedBundle(Map<String, Object> bundle, TrustedKeys keys) {
            claims = readReceipt(string(bundle, "receipt"), keys);
            Opened intent = Opened.read("intent", bundle, keys, INTENT), outcome = Opened.read("outcome", bundle, keys, OUTCOME);
            check(outcome.index > intent.index, "the outcome stands before its intent");
            checkTogether(intent.record, outcome.record, intent.index, keys.log.origin);
            var named = new ArrayList<Map<String, Object>>();
            for (Object party : list(bundle, "parties")) {
                var opening = Json.members(party, "an opening", "role", "commitment", "salt");
                openings.add(opening);
                named.add(Map.of("role", string(opening, "role"), "commitment", string(opening, "commitment")));
            }
            check(named.equals(claims.get("parties")), "the openings are of other parties");
        }

        /** Verifies receipt, records and proofs, and that they belong together. */
        public static VerifiedBundle verify(byte[] bundle, TrustedKeys keys) {
            return new VerifiedBundle(Json.members(Json.read(bundle, "the bundle"), "the bundle", "receipt", "intent", "outcome", "parties"), keys);
        }

        /** The record behind a leaf, found in the log at this index. */
        private record Opened(Map<String, Object> record, long index) {
            static Opened read(String kind, Map<String, Object> bundle, TrustedKeys keys, String[] names) {
                var opened = Json.members(bundle.get(kind), "the bundle's " + kind, "record", "salt", "proof");
                byte[] record = fromBase64url(string(opened, "record"), "the " + kind + "'s record");
                byte[] salt = fromBase64url(string(opened, "salt"), "the " + kind + "'s salt");
                checkForm(salt.length == 32, "the " + kind + "'s salt is not 32 bytes");
                byte[] entry = concat(utf8("anshi/leaf/v1\n" + kind + "\n"), sha256(salt, prefixed(record)));
                long index = keys.log.checkIncluded(entry, string(opened, "proof"), kind);
                String what = "the " + kind + "'s record";
                return new Opened(Json.members(Json.readCanonical(record, what), what, names), index);
            }
        }

        /** The claims, after form, kind, key, algorithm, signature and the key's lifetime were checked. */
        private static Map<String, Object> readReceipt(String token, TrustedKeys keys) {
            String[] segments = token.split("\\.", -1);
            checkForm(segments.length == 3, "the receipt is not a compact JWS");
            byte[] head = fromBase64url(segments[0], "the receipt's header"), payload = fromBase64url(segments[1], "the receipt's payload");
            byte[] signed = fromBase64url(segments[2], "the receipt's signature");
            var header = Json.members(Json.read(head, "the receipt's header"), "the receipt's header", "alg", "kid", "typ");
            check("verification-result+jwt".equals(header.get("typ")), "the token is no receipt: its `typ` is not `verification-result+jwt`");
            Jwk key = keys.receipts.get(string(header, "kid"));
            check(key != null, "the receipt's key is not in the key set: fetch the set again if the engine's key was rotated");
            // `EdDSA` is the older name of RFC 8037.
            String algorithm = string(header, "alg").equals("EdDSA") ? "Ed25519" : string(header, "alg");
            check(algorithm.equals(key.algorithm), "the receipt's `alg` is not its key's algorithm");
            check(key.verifies(utf8(token.substring(0, token.lastIndexOf('.'))), signed), "the receipt's signature does not verify");
            var claims = Json.members(Json.readCanonical(payload, "the receipt's payload"), "the receipt", CLAIMS);
            check(integer(claims, "iat") <= keys.expires.getOrDefault(key.kid, Long.MAX_VALUE), "the receipt is later than its key's retirement");
            return claims;
        }

        private Map<String, Object> claim(String name, String... members) { return Json.members(claims.get(name), "the receipt's `" + name + "`", members); }

        /** That claims, admission and end are of one job. */
        private void checkTogether(Map<String, Object> intent, Map<String, Object> outcome, long index, String origin) {
            var withoutLog = new HashMap<>(claims);
            check(Map.of("origin", origin, "index", index).equals(withoutLog.remove("log")), "the receipt names another log or leaf");
            String digest = digestText(sha256(utf8("anshi/claims/v1\n"), utf8(Json.write(withoutLog))));
            check(origin.equals(string(claims, "iss") + "/log"), "the receipt is of another engine than the log");
            check(integer(outcome, "intent") == index, "the outcome ends another intent");
            check(digest.equals(outcome.get("claims")), "the outcome is of other claims");
            check(Math.floorDiv(integer(outcome, "tick_ms"), 1000L) == integer(claims, "iat"), "the outcome has another tick");
            String job = "sha256:" + string(claims, "jti");
            check(job.equals(intent.get("job")) && job.equals(outcome.get("job")), "the records are of another job");
            var policy = claim("policy", "id", "version", "sha256");
            var expected = new LinkedHashMap<String, Object>();
            expected.put("req", string(claims, "req"));
            expected.put("client", string(claims, "aud"));
            expected.put("policy", policy.get("id"));
            expected.put("version", policy.get("version"));
            expected.put("policy_sha256", policy.get("sha256"));
            expected.put("guest", string(claims, "guest"));
            expected.put("snapshot", claim("snapshot", "sha256", "as_of").get("sha256"));
            expected.forEach((name, value) -> check(Objects.equals(value, intent.get(name)), "the intent has another `" + name + "` than the receipt"));
            checkCost(list(intent, "charges"), claim("cost", "bits?", "epsilon?"));
            check(list(intent, "consents").size() == list(claims, "consents").size(), "the intent used other consents");
            var roles = list(intent, "parties").stream().map(party -> Json.members(party, "a party", "role", "party").get("role")).toList();
            var named = list(claims, "parties").stream().map(party -> Json.members(party, "a party", "role", "commitment").get("role")).toList();
            check(roles.equals(named), "the intent is about other roles");
        }

        /** A label's price is bits of each party, a table's is ε of all units together; the same job again is free. */
        private static void checkCost(List<?> charges, Map<String, Object> cost) {
            boolean isFree = cost.equals(Map.of("bits", 0L)) || cost.equals(Map.of("epsilon", "0"));
            boolean isPriced = charges.stream().allMatch(charge -> {
                var price = new HashMap<>(Json.members(charge, "a charge", "account", "party", "day", "bits?", "epsilon?"));
                price.keySet().retainAll(Set.of("bits", "epsilon"));
                return price.equals(cost);
            });
            check(isPriced && charges.isEmpty() == isFree, "the intent was charged another price");
        }

        /** That the receipt is about this unit in this role: salt and identifier give the commitment. */
        public void checkParty(String role, String unit) {
            boolean opens = openings.stream().filter(party -> role.equals(party.get("role"))).anyMatch(party -> {
                byte[] salt = fromBase64url(string(party, "salt"), "a party's salt");
                return List.of("enterprise", "person").stream().anyMatch(kind -> {
                    byte[] parts = prefixed(salt, utf8(role), utf8(kind), utf8(unit));
                    return digestText(sha256(utf8("anshi/party/v1\n"), parts)).equals(party.get("commitment"));
                });
            });
            check(opens, "the receipt is not about the party asked for in the role `" + role + "`");
        }

        /** That this is the answer to one's own question, and not to another of which somebody has a bundle. */
        public void checkAnswers(SignedJob signed) {
            var policy = claim("policy", "id", "version", "sha256");
            var asked = Json.members(signed.job.get("policy"), "the job's `policy`", "id", "version");
            Object[][] same = {
                {"request", claims.get("req"), signed.requestDigest()}, {"job", "sha256:" + claims.get("jti"), signed.jobId},
                {"engine", claims.get("iss"), signed.ledger}, {"client", claims.get("aud"), signed.client},
                {"purpose", claims.get("purpose"), signed.job.get("purpose")}, {"guest", claims.get("guest"), signed.job.get("guest")},
                {"policy", policy.get("id"), asked.get("id")}, {"version", policy.get("version"), asked.get("version")},
                {"number of parties", openings.size(), signed.parties.size()},
            };
            for (Object[] row : same) check(Objects.equals(row[1], row[2]), "the receipt is for another " + row[0] + " than was asked");
            for (Party party : signed.parties) checkParty(party.role, party.id);
            var sent = new TreeSet<String>();
            for (Object consent : list(signed.job, "consents")) sent.add(signingInputDigest((String) consent));
            check(sent.containsAll(list(claims, "consents")), "the receipt names a consent that was not sent");
        }

        /** What people want to know of it. */
        Map<String, Object> summary() {
            var summary = new TreeMap<String, Object>();
            for (String name : List.of("result", "cost", "policy", "log")) summary.put(name, claims.get(name));
            summary.put("verified", true);
            summary.put("job", "sha256:" + claims.get("jti"));
            summary.put("as_of", claim("snapshot", "sha256", "as_of").get("as_of"));
            return summary;
        }
    }

    // ----- HTTP: sends, tries again where that is safe, turns a no into a Problem -----

    /** Makes a request anew for each attempt. */
    interface Build {
        HttpRequest.Builder request();
    }

    /** One service. Follows no redirect: a token is for one address. */
    static final class Transport {
        private static final int ATTEMPTS_MAX = 6;
        private static final long PAUSE_FIRST_MS = 500, PAUSE_MAX_MS = 60_000;
        /** Longer than any slot and the queue before it. */
        private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(900);

        static {
            // The JDK repeats a GET on its own when a connection breaks, with a token that serves once.
            System.setProperty("jdk.httpclient.redirects.retrylimit", "1");
        }

        private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10)).followRedirects(HttpClient.Redirect.NEVER).build();
        private final String language;

        Transport(String language) { this.language = language; }

        /** A lost connection and a 503 are tried again, the latter when its Retry-After says. */
        HttpResponse<byte[]> send(Build build) {
            for (long attempt = 1, pause = PAUSE_FIRST_MS; ; attempt++, pause *= 2) {
                HttpRequest request = build.request().header("Accept-Language", language).timeout(ANSWER_TIMEOUT).build();
                long waited = pause;
                try {
                    var response = http.send(request, BodyHandlers.ofByteArray());
                    if (response.statusCode() / 100 == 2) return response;
                    Problem problem = readProblem(response);
                    if (problem.status != 503 || attempt == ATTEMPTS_MAX) throw problem;
                    if (problem.retryAfter != null) waited = problem.retryAfter * 1000;
                } catch (IOException error) {
                    if (attempt == ATTEMPTS_MAX) {
                        throw new UnreachableException("no answer in " + attempt + " attempts: " + error.getClass().getSimpleName());
                    }
                } catch (InterruptedException error) {
                    throw interrupted();
                }
                pause(Math.min(waited, PAUSE_MAX_MS));
            }
        }

        static void pause(long millis) {
            try {
                Thread.sleep(millis);
            } catch (InterruptedException error) {
                throw interrupted();
            }
        }

        private static AnshiException interrupted() {
            Thread.currentThread().interrupt();
            return new UnreachableException("interrupted while waiting for the service");
        }

        /** The service's no, or a stand-in for what a gateway before it says. */
        private static Problem readProblem(HttpResponse<byte[]> response) {
            int status = response.statusCode();
            var headers = response.headers();
            Long retry = headers.firstValue("retry-after").filter(text -> text.matches("[0-9]{1,9}")).map(Long::valueOf).orElse(null);
            String id = headers.firstValue("x-request-id").orElse(null);
            if (!headers.firstValue("content-type").orElse("").split(";")[0].equals("application/problem+json")) {
                return new Problem("not-anshi", "HTTP " + status + " from something that is not Anshi: a gateway?", null, status, retry, id);
            }
            var value = Json.members(Json.read(response.body(), "the problem"), "the problem", "type", "title", "status", "detail?");
            boolean isWhole = integer(value, "status") == status && string(value, "type").startsWith(Problem.PREFIX);
            checkForm(isWhole, "the service's problem contradicts itself");
            String kind = string(value, "type").substring(Problem.PREFIX.length());
            String detail = value.containsKey("detail") ? string(value, "detail") : null;
            return new Problem(kind, string(value, "title"), detail, status, retry, id);
        }
    }

    // ----- the client -----

    /** A job as it stands: its answer, verified, with the bundle as the service sent it; or what may be known of it until then. */
    public record Found(VerifiedBundle verified, byte[] bundle, Map<String, Object> pending) {
        public boolean isPending() { return verified == null; }

        /** {kind: label, label: …} or {kind: table, table: …}. */
        public Object result() { return verified.claims.get("result"); }

        Map<String, Object> shown() { return isPending() ? pending : verified.summary(); }
    }

    /** Speaks to one service as one client. */
    public static final class Client {
        private static final long POLL_FIRST_MS = 1_000, POLL_MAX_MS = 10_000;
        private static final List<String> STATES = List.of("admitted", "running", "answered", "abandoned");
        private final Signer signer;
        private final TrustedKeys keys;
        private final Transport transport;
        private final String connect;

        public Client(Profile profile, String language) throws IOException {
            signer = new Signer(profile, Jwk.load(profile.key));
            keys = profile.trustedKeys();
            transport = new Transport(language);
            connect = profile.connect;
        }

        /** Signs a question, valid for two minutes; once admitted it can be submitted again for ever. */
        public SignedJob signJob(Object job) { return signer.job(job); }

        /** A token for one call, for tools that send it themselves. */
        public String signCall(String method, String path) { return signer.call("call+jwt", method, path, new byte[0], null); }

        /**
         * Submits a question; the answer to a label, a place to ask for a table. The same token is sent again when a
         * connection is lost: the service charges it once, and gives the same bundle.
         */
        public Found submit(SignedJob signed) {
            var body = BodyPublishers.ofString(signed.token);
            var response = transport.send(() -> HttpRequest.newBuilder(URI.create(connect + "/v1/jobs"))
                .header("Content-Type", "application/jose").POST(body));
            boolean isAdmitted = response.statusCode() == 202;
            return isAdmitted ? pending(Json.read(response.body(), "the job"), signed) : answered(response.body(), signed);
        }

        /** Asks for a job's state, and takes the answer once it is there. */
        public Found job(SignedJob signed) {
            Object view = call("GET", "/v1/jobs/" + jobHex(signed));
            boolean isAnswered = view instanceof Map<?, ?> members && members.containsKey("bundle");
            return isAnswered ? answered(utf8(Json.write(((Map<?, ?>) view).get("bundle"))), signed) : pending(view, signed);
        }

        /** Submits a question and waits for its answer: a label's comes at once, a table's at its tick. */
        public Found answer(SignedJob signed) {
            Found found = submit(signed);
            for (long pause = POLL_FIRST_MS; found.isPending(); pause = Math.min(pause * 3 / 2, POLL_MAX_MS)) {
                if ("abandoned".equals(found.pending.get("state"))) {
                    throw new AnshiException("the engine crashed while the job was open: its charge stays; sign a new question");
                }
                Transport.pause(pause);
                found = job(signed);
            }
            return found;
        }

        /** Ends a table early. Its charge stays, and its tick: the receipt then says that there is no table. */
        public Found cancel(SignedJob signed) { return pending(call("DELETE", "/v1/jobs/" + jobHex(signed)), signed); }

        /** Registers a guest: what it says of itself, and which policies accept it. */
        public Object register(byte[] module) { return call("guest+jwt", "POST", "/v1/guests", module, null); }

        /** What is left of one's own quotas; labels are counted for each party (or null), which stands in the token alone. */
        public Object budgets(String party) { return call("call+jwt", "GET", "/v1/budgets", new byte[0], party); }

        /** A signed call without a body: {@code /v1/policies}, {@code /v1/guests/sha256:…}. */
        public Object call(String method, String path) { return call("call+jwt", method, path, new byte[0], null); }

        private Object call(String typ, String method, String path, byte[] body, String subject) {
            var response = transport.send(() -> {
                // A token serves once: each attempt has its own.
                String token = signer.call(typ, method, path, body, subject);
                var request = HttpRequest.newBuilder(URI.create(connect + path)).header("Authorization", "JOSE " + token);
                if (body.length == 0) return request.method(method, BodyPublishers.noBody());
                return request.header("Content-Type", "application/wasm").method(method, BodyPublishers.ofByteArray(body));
            });
            return Json.read(response.body(), "the service's answer");
        }

        /** A job's id as addresses and receipts write it: hexadecimal digits alone. */
        private static String jobHex(SignedJob signed) { return signed.jobId.substring("sha256:".length()); }

        private static Found pending(Object view, SignedJob signed) {
            var job = Json.members(view, "the job", "job", "state", "tick?");
            boolean isKnown = jobHex(signed).equals(job.get("job")) && STATES.contains(string(job, "state"));
            checkForm(isKnown, "the service speaks of another job, or of a state that is not known");
            return new Found(null, null, job);
        }

        private Found answered(byte[] bundle, SignedJob signed) {
            VerifiedBundle verified = VerifiedBundle.verify(bundle, keys);
            verified.checkAnswers(signed);
            return new Found(verified, bundle, null);
        }
    }

    // ----- the command -----

    private static final String USAGE = """
        usage: java Anshi.java [--profile client.json] [--lang en|zh] COMMAND

          pin                                            fetch the engine's public keys once, into the profile's files
          ask JOB.json [--out BUNDLE]                    sign a question, submit it, wait, verify the answer
          sign-job JOB.json                              sign a question and print the token
          submit TOKEN [--no-wait] [--out BUNDLE]        submit a signed question
          job TOKEN [--out BUNDLE]                       look at a job
          cancel TOKEN                                   end a table early
          verify BUNDLE [--token TOKEN] [--party ROLE=ID]…   verify a bundle offline
          register MODULE.wasm                           register a guest
          guest DIGEST                                   look at a guest
          policies [ID]                                  the policies in force, or one of them
          budgets [--party ID]                           what is left of one's own quotas
          sign-call METHOD PATH                          print a token for one call, for other tools
        """;

    private static final Set<String> COMMANDS = Set.of("pin", "ask", "sign-job", "submit", "job", "cancel", "verify", "register",
        "guest", "policies", "budgets", "sign-call");

    /** The command line is wrong. */
    private static final class Misuse extends RuntimeException {
        Misuse(String message) { super(message); }
    }

    /** What stood on the command line. */
    private static final class Line {
        String profile = "client.json", lang = "en", out, token;
        boolean noWait;
        final List<String> parties = new ArrayList<>();
        final Deque<String> words = new ArrayDeque<>();

        Line(String[] arguments) {
            var rest = new ArrayDeque<>(List.of(arguments));
            while (!rest.isEmpty()) {
                String word = rest.pop();
                switch (word) {
                    case "--profile" -> profile = value(rest, word);
                    case "--lang" -> lang = value(rest, word);
                    case "--out" -> out = value(rest, word);
                    case "--token" -> token = value(rest, word);
                    case "--party" -> parties.add(value(rest, word));
                    case "--no-wait" -> noWait = true;
                    default -> {
                        if (word.startsWith("-")) throw new Misuse("there is no option `" + word + "`");
                        words.add(word);
                    }
                }
            }
            if (!List.of("en", "zh").contains(lang)) throw new Misuse("`--lang` is en or zh");
        }

        private static String value(Deque<String> rest, String option) {
            if (rest.isEmpty()) throw new Misuse("`" + option + "` needs a value");
            return rest.pop();
        }

        String word(String what) {
            if (words.isEmpty()) throw new Misuse(what + " is missing");
            return words.pop();
        }

        /** After a command took its words, none is left. */
        void end() {
            if (!words.isEmpty()) throw new Misuse("`" + words.peek() + "` is one word too many");
        }
    }

    private static SignedJob readToken(String path) throws IOException { return new SignedJob(Files.readString(Path.of(path))); }

    private static Object readFile(String path) throws IOException { return Json.read(Files.readAllBytes(Path.of(path)), "`" + path + "`"); }

    private static String segment(String text) { return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20").replace("%3A", ":"); }

    private static Object show(Found found, Line line) throws IOException {
        if (!found.isPending() && line.out != null) Files.write(Path.of(line.out), found.bundle);
        return found.shown();
    }

    private static Object verify(Profile profile, Line line, String path) throws IOException {
        var verified = VerifiedBundle.verify(Files.readAllBytes(Path.of(path)), profile.trustedKeys());
        if (line.token != null) verified.checkAnswers(readToken(line.token));
        for (String party : line.parties) {
            String[] parts = party.split("=", 2);
            if (parts.length != 2) throw new Misuse("`--party` is ROLE=ID");
            verified.checkParty(parts[0], parts[1]);
        }
        return verified.summary();
    }

    /** Whoever answers now is believed from now on: compare the files with what the engine's operator says. */
    private static Object pin(Profile profile) throws IOException {
        boolean isThere = Files.exists(profile.jwks) || Files.exists(profile.logKey);
        checkForm(!isThere, "`" + profile.jwks + "` or `" + profile.logKey + "` is there already: keys are pinned once");
        var transport = new Transport("en");
        for (var source : Map.of("/.well-known/jwks.json", profile.jwks, "/log/key", profile.logKey).entrySet()) {
            Files.write(source.getValue(), transport.send(() -> HttpRequest.newBuilder(URI.create(profile.connect + source.getKey()))).body());
        }
        TrustedKeys keys = profile.trustedKeys();
        return Map.of("log", keys.log.origin, "receipt_keys", List.copyOf(keys.receipts.keySet()));
    }

    /** What a command prints: JSON, or a token as it is. */
    private static Object run(Line line, String command) throws IOException {
        if (!COMMANDS.contains(command)) throw new Misuse("there is no command `" + command + "`");
        String first = Set.of("pin", "budgets").contains(command) || command.equals("policies") && line.words.isEmpty()
            ? null : line.word("what `" + command + "` is about");
        String second = command.equals("sign-call") ? line.word("the path") : null;
        line.end();
        Profile profile = Profile.load(Path.of(line.profile));
        if (command.equals("pin")) return pin(profile);
        if (command.equals("verify")) return verify(profile, line, first);
        Client client = new Client(profile, line.lang);
        return switch (command) {
            case "ask" -> show(client.answer(client.signJob(readFile(first))), line);
            case "sign-job" -> client.signJob(readFile(first)).token;
            case "submit" -> show(line.noWait ? client.submit(readToken(first)) : client.answer(readToken(first)), line);
            case "job" -> show(client.job(readToken(first)), line);
            case "cancel" -> client.cancel(readToken(first)).shown();
            case "register" -> client.register(Files.readAllBytes(Path.of(first)));
            case "guest" -> client.call("GET", "/v1/guests/" + segment(first));
            case "policies" -> client.call("GET", "/v1/policies" + (first == null ? "" : "/" + segment(first)));
            case "budgets" -> client.budgets(line.parties.isEmpty() ? null : line.parties.get(0));
            default -> client.signCall(first, second);
        };
    }

    /** Says what went wrong; gives the exit code. */
    private static int explain(Exception error, String command) {
        if (error instanceof Problem problem) {
            System.err.println((problem.isRefusal() ? "refused: " : "not served: ") + problem.kind + ": " + problem.title);
            if (problem.detail != null) System.err.println("  " + problem.detail);
            if (problem.retryAfter != null) System.err.println("  come again after " + problem.retryAfter + " s");
            return problem.isRefusal() ? 3 : 1;
        }
        if (error instanceof Misuse) {
            System.err.println(error.getMessage() + "\n\n" + USAGE);
            return 2;
        }
        boolean isUnproven = error instanceof VerificationException;
        System.err.println((isUnproven ? "not verified: " : "error: ") + (error instanceof AnshiException ? error.getMessage() : error));
        return isUnproven || command.equals("verify") && error instanceof FormException ? 4 : 1;
    }

    public static void main(String[] arguments) {
        // Chinese is Chinese whatever the locale.
        System.setOut(new java.io.PrintStream(new java.io.FileOutputStream(java.io.FileDescriptor.out), true, StandardCharsets.UTF_8));
        System.setErr(new java.io.PrintStream(new java.io.FileOutputStream(java.io.FileDescriptor.err), true, StandardCharsets.UTF_8));
        String command = "";
        try {
            Line line = new Line(arguments);
            command = line.word("a command");
            Object printed = run(line, command);
            System.out.println(printed instanceof String token ? token : Json.write(printed));
        } catch (AnshiException | Misuse | IOException error) {
            System.exit(explain(error, command));
        }
    }
}
