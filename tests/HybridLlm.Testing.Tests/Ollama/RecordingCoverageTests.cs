namespace HybridLlm.Testing.Tests.Ollama;

/// <summary>Every recorded exchange is replayed by a test, or is named here with the test that plays what it shows.</summary>
public sealed class RecordingCoverageTests
{
    /// <summary>Beginnings of names, and what plays them: time has to pass, exchanges overlap, a process dies, or a registry takes part.</summary>
    private static readonly (string Names, string PlayedBy)[] s_played =
    [
        (
            "cold-load-client-disconnect",
            nameof(OllamaEmulatorLoadTests.A_client_that_leaves_aborts_its_load_and_the_next_in_line_starts_it_again)
        ),
        ("cold-load-ps-while-loading", nameof(OllamaEmulatorLoadTests.Nothing_is_sent_until_the_model_is_loaded)),
        ("delete", nameof(OllamaEmulatorLoadTests.Deleting_a_model_lets_its_stream_finish)),
        (
            "e2e-migrate-tiny-last-runner",
            nameof(
                OllamaEmulatorFailureTests.The_repeat_guard_ends_a_stream_cleanly_after_31_equal_tokens_and_says_nothing
            )
        ),
        ("keep-alive-env-2s", nameof(OllamaEmulatorLoadTests.A_model_leaves_when_its_keep_alive_is_over)),
        ("load-timeout", nameof(OllamaEmulatorLoadTests.A_load_that_takes_too_long_is_500)),
        ("parallel-2-ps", nameof(OllamaEmulatorLoadTests.Another_context_length_reloads_the_model)),
        ("ps-during-request", nameof(OllamaEmulatorLoadTests.A_model_leaves_when_its_keep_alive_is_over)),
        ("ps-loaded", nameof(OllamaEmulatorLoadTests.A_requested_keep_alive_sticks_to_the_model)),
        (
            "unload-during-stream",
            nameof(OllamaEmulatorLoadTests.Unloading_during_a_stream_lets_it_finish_and_then_frees_the_model)
        ),
        ("runner-killed-while-loading", nameof(OllamaEmulatorLoadTests.A_runner_that_dies_while_loading_is_500)),
        ("runner-killed", RunnerKilled),
        (
            "server-sig",
            nameof(OllamaEmulatorFailureTests.A_cut_ends_the_connection_at_a_line_end_without_the_terminal_chunk)
        ),
        ("server-down", nameof(OllamaEmulatorFailureTests.A_killed_server_accepts_no_more_connections)),
        (
            "format-json",
            nameof(
                OllamaEmulatorFailureTests.The_repeat_guard_ends_a_stream_cleanly_after_31_equal_tokens_and_says_nothing
            )
        ),
        ("options-num-predict-", nameof(OllamaEmulatorTextTests.No_limit_means_ten_contexts)),
        ("options-small-ctx-noshift", nameof(OllamaEmulatorTextTests.No_limit_means_ten_contexts)),
        // Against our client, in the tests of HybridLlm.Ollama's models.
        ("pull-", ModelChanges),
        ("blob-", ModelChanges),
        ("create-", ModelChanges),
        ("error-create-", ModelChanges),
        ("show-made", ModelChanges),
        ("tags-empty", ModelChanges),
        // The emulator neither pushes, nor speaks to browsers, nor HTTP 1.0, nor runs what create made up, nor has every template.
        ("render-f-", NotOffered),
        ("push-", NotOffered),
        ("error-push-", NotOffered),
        ("cors-preflight", NotOffered),
        ("generate-http10", NotOffered),
        ("error-chat-unknown-renderer", NotOffered),
    ];

    private const string RunnerKilled = nameof(
        OllamaEmulatorFailureTests.A_crashed_runner_ends_its_stream_with_an_error_line_and_the_next_request_is_served
    );

    private const string ModelChanges = "OllamaModelsTests";
    private const string NotOffered = "";

    [Fact]
    public void Every_exchange_is_replayed_or_played()
    {
        var all = Recordings.All.ToList();
        var replayed = all.Where(r => OllamaEmulatorRecordingTests.Replays(r) || OllamaEmulatorCompatTests.Replays(r))
            .ToList();
        var rest = all.Except(replayed).ToList();
        var played = rest.Where(r => s_played.Any(p => IsOf(r, p.Names))).ToList();

        rest.Except(played).Select(r => r.Name).ShouldBeEmpty();
        // Nothing is claimed for what is replayed anyway, or not there.
        s_played.Where(p => !rest.Any(r => IsOf(r, p.Names))).Select(p => p.Names).ShouldBeEmpty();
        all.Count(r => r.Path.StartsWith("/v1/", StringComparison.Ordinal))
            .ShouldBe(replayed.Count(r => r.Path.StartsWith("/v1/", StringComparison.Ordinal)));
        replayed.Count.ShouldBeGreaterThan(340);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{all.Count} exchanges: {replayed.Count} replayed, {played.Count} played."
        );
    }

    private static bool IsOf(Recording recording, string names) =>
        recording.Name.StartsWith(names, StringComparison.Ordinal);
}
