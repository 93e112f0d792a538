using System.Diagnostics;

namespace HybridLlm.Keeping;

/// <summary>Starts work that outlives its beginning, so that it belongs to no trace of a request.</summary>
internal static class Quietly
{
    public static Task Run(Func<Task> work) =>
        Task.Run(() =>
        {
            Activity.Current = null;
            return work();
        });
}
