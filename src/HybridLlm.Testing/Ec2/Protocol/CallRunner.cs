namespace HybridLlm.Testing.Ec2.Protocol;

/// <summary>Runs one call under the cloud's lock: planned faults, the effect, the log.</summary>
internal static class CallRunner
{
    /// <param name="cloud">The cloud.</param>
    /// <param name="call">What is called; its time, status and error are filled in.</param>
    /// <param name="effect">Does it and makes the answer.</param>
    /// <param name="failed">Renders an error in the service's own way.</param>
    public static Reply Run(CloudState cloud, EmulatedCall call, Func<Reply> effect, Func<ServiceError, Reply> failed)
    {
        lock (cloud.Gate)
        {
            cloud.Settle();
            ServiceError? error = null;
            Reply reply;
            try
            {
                cloud.Faults.BeforeEffect(call);
                reply = effect();
                cloud.Faults.AfterEffect(call);
            }
            catch (ServiceError answered)
            {
                error = answered;
                reply = failed(error);
            }
            catch (Exception bug)
            {
                // A bug of the emulator reaches the caller in words, not as an empty 500.
                error = new ServiceError("EmulatorFault", $"EmulatorFault: {bug}", 500);
                reply = failed(error);
            }

            cloud.CallLog.Add(call with { Time = cloud.Now, Status = reply.Status, ErrorCode = error?.Code });
            return reply;
        }
    }
}
