using Xunit;

namespace HybridLlm.TestSupport;

/// <summary>
/// Data that is not part of the checkout (recordings, traces, AWS's certificate files), beside it in
/// <c>../shared/data</c> or where <c>HYBRIDLLM_SHARED_DATA</c> points. A test that needs it skips where it is absent;
/// <c>eng/test.sh</c> counts those skips apart by the reason's first words.
/// </summary>
public static class SharedData
{
    /// <summary>The words every such skip reason begins with.</summary>
    public const string SkipPrefix = "Needs shared data:";

    /// <summary>Path of a shared file or folder; skips the test without it.</summary>
    public static string Require(string relativePath)
    {
        var set = Environment.GetEnvironmentVariable("HYBRIDLLM_SHARED_DATA");
        var folder = string.IsNullOrEmpty(set) ? Repository.PathOf("..", "shared", "data") : set;
        var path = Path.GetFullPath(Path.Combine(folder, relativePath));
        Assert.SkipUnless(Path.Exists(path), $"{SkipPrefix} {relativePath} is not there.");
        return path;
    }
}
