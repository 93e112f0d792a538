using System.Text.Json.Nodes;
using HybridLlm.Ollama.Continuity;
using HybridLlm.Testing.Ollama;

namespace HybridLlm.Ollama.Tests.Continuity;

/// <summary>Emulators in a row, each the next one's successor, and what an answer looks like that comes through them.</summary>
internal sealed class Servers : IOllamaEndpoints, IAsyncDisposable
{
    private readonly List<OllamaEmulator> _emulators = [];
    private readonly List<OllamaEndpoint> _endpoints = [];

    private readonly OllamaContinuity _continuity;

    public Servers() => _continuity = new OllamaContinuity(this);

    public OllamaEmulator this[int index] => _emulators[index];

    public Uri Address(int index) => _endpoints[index].Client.Address;

    public static async Task<Servers> StartAsync(params IEnumerable<OllamaEmulatorOptions> options)
    {
        Servers servers = new();
        foreach (var one in options)
        {
            await servers.AddAsync(one);
        }

        return servers;
    }

    public async Task AddAsync(OllamaEmulatorOptions options, CancellationToken? draining = null)
    {
        var emulator = await OllamaEmulator.StartAsync(options, TestContext.Current.CancellationToken);
        _emulators.Add(emulator);
        _endpoints.Add(new OllamaEndpoint { Client = new OllamaClient(emulator.Address), Draining = draining ?? CancellationToken.None });
    }

    public void Disarm() => _emulators.ForEach(e => e.Disarm());

    /// <summary>Goes round, so that a server that failed is tried again after the others.</summary>
    public ValueTask<OllamaEndpoint?> NextAsync(
        string model,
        IReadOnlyList<OllamaEndpoint> failed,
        CancellationToken cancellationToken
    ) => ValueTask.FromResult<OllamaEndpoint?>(_endpoints[failed.Count % _endpoints.Count]);

    public async Task<Answer> AskAsync(
        OllamaApi api,
        JsonObject body,
        ContinuityOptions? options = null,
        CancellationToken? cancellationToken = null,
        Action<Answer>? received = null
    )
    {
        var continuity = options is null ? _continuity : new OllamaContinuity(this, options);
        Answer answer = new(this);
        await foreach (
            var chunk in continuity.StreamAsync(api, body, answer, cancellationToken ?? TestContext.Current.CancellationToken)
        )
        {
            answer.Add(chunk);
            received?.Invoke(answer);
        }

        return answer;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (emulator, endpoint) in _emulators.Zip(_endpoints))
        {
            endpoint.Client.Dispose();
            await emulator.DisposeAsync();
        }
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
