using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using HybridLlm.Ollama.Continuity;
using HybridLlm.Testing.Ollama;

namespace HybridLlm.Ollama.Tests.Continuity;

/// <summary>Emulators in a row, each the next one's successor, and what an answer looks like that comes through them.</summary>
internal sealed class Servers : IOllamaEndpoints, IAsyncDisposable
{
    private readonly HashSet<string> _known = [];
    private readonly List<OllamaEmulator> _emulators = [];
    private readonly List<OllamaClient> _clients = [];

    private readonly OllamaContinuity _continuity;
    private readonly ConditionalWeakTable<ContinuityOptions, OllamaContinuity> _others = [];

    private HttpMessageInvoker? _through;

    private Servers() =>
        _continuity = new OllamaContinuity(this, new ContinuityOptions { IdentityLifetime = TimeSpan.MaxValue });

    /// <summary>The notice the first server is given.</summary>
    public CancellationToken Draining { get; set; }

    /// <summary>That the first server is known to be gone.</summary>
    public CancellationToken Lost { get; set; }

    /// <summary>Answers that are at each server, by their leases; may not fall below 0.</summary>
    public ConcurrentDictionary<Uri, int> Leases { get; } = new();

    /// <summary>Passed before a server other than the first is given out; false gives none out.</summary>
    public Func<CancellationToken, Task<bool>> BeforeNext { get; set; } = _ => Task.FromResult(true);

    public OllamaEmulator this[int index] => _emulators[index];

    public Uri Address(int index) => _clients[index].Address;

    public static Task<Servers> StartAsync(params IEnumerable<OllamaEmulatorOptions> options) =>
        StartAsync(null, options);

    /// <summary>Servers that are asked through <paramref name="through"/>, which may hear or answer something else.</summary>
    public static async Task<Servers> StartAsync(
        DelegatingHandler? through,
        params IEnumerable<OllamaEmulatorOptions> options
    )
    {
        Servers servers = new();
        if (through is not null)
        {
            through.InnerHandler = new SocketsHttpHandler();
            servers._through = new HttpMessageInvoker(through);
        }

        foreach (var one in options)
        {
            var emulator = await OllamaEmulator.StartAsync(one, TestContext.Current.CancellationToken);
            servers._emulators.Add(emulator);
            servers._clients.Add(
                servers._through is { } http
                    ? new OllamaClient(http, emulator.Address)
                    : new OllamaClient(emulator.Address)
            );
        }

        return servers;
    }

    public void Disarm() => _emulators.ForEach(e => e.Disarm());

    /// <summary>Goes round, so that a server that failed is tried again after the others.</summary>
    public async ValueTask<OllamaEndpoint?> NextAsync(
        string model,
        IReadOnlyList<OllamaEndpoint> failed,
        CancellationToken cancellationToken
    )
    {
        if (failed.Count > 0 && !await BeforeNext(cancellationToken))
        {
            return null;
        }

        var client = _clients[failed.Count % _clients.Count];
        Leases.AddOrUpdate(client.Address, 1, (_, count) => count + 1);
        return new OllamaEndpoint
        {
            Client = client,
            Draining = failed.Count == 0 ? Draining : CancellationToken.None,
            Lost = failed.Count == 0 ? Lost : CancellationToken.None,
            Lease = new Lease(() => Leases.AddOrUpdate(client.Address, -1, (_, count) => count - 1)),
        };
    }

    private sealed class Lease(Action left) : IDisposable
    {
        public void Dispose() => left();
    }

    /// <summary>An undisturbed answer. Once it is there, the servers have also said who they are.</summary>
    public async Task<Answer> WholeAsync(OllamaApi api, JsonObject body)
    {
        var answer = await AskAsync(api, body);
        // What the model is, is asked last; a server that hangs would not say.
        var model = body["model"]!.ToJsonString();
        while (
            _emulators[0].InFlight > 0
            || (
                !_known.Contains(model)
                && !_emulators[0]
                    .Requests.Any(r => r.Path == "/api/show" && r.Body.Contains(model, StringComparison.Ordinal))
            )
        )
        {
            await Task.Yield();
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }

        _known.Add(model);
        return answer;
    }

    public async Task<Answer> AskAsync(
        OllamaApi api,
        JsonObject body,
        ContinuityOptions? options = null,
        CancellationToken? cancellationToken = null,
        Action<Answer>? received = null
    )
    {
        var continuity = options is null ? _continuity : _others.GetValue(options, o => new OllamaContinuity(this, o));
        Answer answer = new(this);
        await foreach (
            var chunk in continuity.StreamAsync(
                api,
                body,
                answer,
                cancellationToken ?? TestContext.Current.CancellationToken
            )
        )
        {
            answer.Add(chunk);
            received?.Invoke(answer);
        }

        return answer;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (emulator, client) in _emulators.Zip(_clients))
        {
            client.Dispose();
            await emulator.DisposeAsync();
        }

        _through?.Dispose();
    }
}

/// <summary>An answer as its reader sees it.</summary>
internal sealed class Answer(Servers servers) : IProgress<Migration>
{
    private readonly System.Text.StringBuilder _text = new();
    private readonly System.Text.StringBuilder _thinking = new();

    public string Text => _text.ToString();
    public string Thinking => _thinking.ToString();
    public List<string> ToolCalls { get; } = [];
    public List<Migration> Migrations { get; } = [];
    public List<OllamaChunk> Chunks { get; } = [];
    public OllamaChunk Last => Chunks[^1];
    public string? Reason => Last.DoneReason;
    public (int, int)? Tokens => Last.Usage is { } usage ? (usage.PromptTokens, usage.AnswerTokens) : null;

    public void Add(OllamaChunk chunk)
    {
        Chunks.Add(chunk);
        _text.Append(chunk.Text);
        _thinking.Append(chunk.Thinking);
        ToolCalls.AddRange(chunk.ToolCalls.Select(ToolCallText.Of));
    }

    public void Report(Migration value)
    {
        Migrations.Add(value);
        if (value.Method == ContinuationMethod.Finish)
        {
            // What is still planned for the server would strike the proof.
            servers.Disarm();
        }
    }
}

/// <summary>Requests of the tests.</summary>
internal static class Ask
{
    public static JsonObject Chat(string text, string model = "m", JsonObject? options = null) =>
        new()
        {
            ["model"] = model,
            ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = text }),
            ["options"] = options?.DeepClone() ?? Greedy(),
        };

    public static JsonObject Generate(string text, string model = "m", JsonObject? options = null) =>
        new()
        {
            ["model"] = model,
            ["prompt"] = text,
            ["options"] = options?.DeepClone() ?? Greedy(),
        };

    public static JsonObject Greedy() => new() { ["temperature"] = 0 };
}
