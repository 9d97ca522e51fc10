"""The other names of the same classes: what the official SDK calls them in its beta API.

One class serves both where the fields are the same. The SDK's `Parsed...` classes are these too:
a block that was parsed differs in what it holds beside the JSON.
"""

from typing import Any

from streamtape.messages._block_parts import (
    DirectCaller,
    FallbackInfo,
    FallbackRefusalTrigger,
    MCPTool,
    ResponseToolAdditionBlock,
    ResponseToolRemovalBlock,
    ServerToolCaller,
    ServerToolCaller20260120,
)
from streamtape.messages._blocks import (
    AdvisorToolResultBlock,
    BashCodeExecutionToolResultBlock,
    CodeExecutionToolResultBlock,
    CompactionBlock,
    ContainerUploadBlock,
    FallbackBlock,
    MCPToolListingBlock,
    MCPToolResultBlock,
    MCPToolUseBlock,
    RedactedThinkingBlock,
    ServerToolUseBlock,
    TextBlock,
    TextEditorCodeExecutionToolResultBlock,
    ThinkingBlock,
    ToolSearchToolResultBlock,
    ToolUseBlock,
    WebFetchToolResultBlock,
    WebSearchToolResultBlock,
)
from streamtape.messages._citations import (
    CitationCharLocation,
    CitationContentBlockLocation,
    CitationPageLocation,
    CitationsSearchResultLocation,
    CitationsWebSearchResultLocation,
)
from streamtape.messages._details import (
    CacheMissMessagesChanged,
    CacheMissModelChanged,
    CacheMissPreviousMessageNotFound,
    CacheMissSystemChanged,
    CacheMissToolsChanged,
    CacheMissUnavailable,
    ClearThinking20251015EditResponse,
    ClearToolUses20250919EditResponse,
    Container,
    ContainerSkill,
    ContextManagementResponse,
    Diagnostics,
    ThinkingDroppedInputTransformation,
    ThinkingMismatchAllowedInputTransformation,
)
from streamtape.messages._events import (
    BetaMessageStopEvent,
    CitationEvent,
    CompactionEvent,
    ContentBlockStopEvent,
    InputJsonEvent,
    MessageStopEvent,
    SignatureEvent,
    TextEvent,
    ThinkingEvent,
)
from streamtape.messages._raw import (
    CitationsDelta,
    CompactionContentBlockDelta,
    InputJSONDelta,
    RawContentBlockDeltaEvent,
    RawContentBlockStartEvent,
    RawContentBlockStopEvent,
    RawMessageDeltaEvent,
    RawMessageStartEvent,
    RawMessageStopEvent,
    SignatureDelta,
    TextDelta,
    UnknownEvent,
)
from streamtape.messages._tool_results import (
    AdvisorRedactedResultBlock,
    AdvisorResultBlock,
    AdvisorToolResultErrorObject,
    Base64PDFSource,
    BashCodeExecutionOutputBlock,
    BashCodeExecutionResultBlock,
    BashCodeExecutionToolResultErrorObject,
    CitationsConfig,
    CodeExecutionOutputBlock,
    CodeExecutionResultBlock,
    CodeExecutionToolResultErrorObject,
    DocumentBlock,
    EncryptedCodeExecutionResultBlock,
    PlainTextSource,
    TextEditorCodeExecutionCreateResultBlock,
    TextEditorCodeExecutionStrReplaceResultBlock,
    TextEditorCodeExecutionToolResultErrorObject,
    TextEditorCodeExecutionViewResultBlock,
    ToolReferenceBlock,
    ToolSearchToolResultErrorObject,
    ToolSearchToolSearchResultBlock,
    WebFetchBlock,
    WebFetchToolResultErrorBlock,
    WebSearchResultBlock,
    WebSearchToolResultErrorObject,
)
from streamtape.messages._usage import (
    AdvisorMessageIterationUsage,
    CacheCreation,
    CompactionIterationUsage,
    FallbackCreditNotApplied,
    FallbackCreditRedeemed,
    FallbackCreditUsage,
    FallbackMessageIterationUsage,
    MessageIterationUsage,
    OutputTokensDetails,
    ServerToolUsage,
)

BetaAdvisorMessageIterationUsage = AdvisorMessageIterationUsage
BetaAdvisorRedactedResultBlock = AdvisorRedactedResultBlock
BetaAdvisorResultBlock = AdvisorResultBlock
BetaAdvisorToolResultBlock = AdvisorToolResultBlock
BetaAdvisorToolResultErrorObject = AdvisorToolResultErrorObject
BetaBase64PDFSource = Base64PDFSource
BetaBashCodeExecutionOutputBlock = BashCodeExecutionOutputBlock
BetaBashCodeExecutionResultBlock = BashCodeExecutionResultBlock
BetaBashCodeExecutionToolResultBlock = BashCodeExecutionToolResultBlock
BetaBashCodeExecutionToolResultErrorObject = BashCodeExecutionToolResultErrorObject
BetaCacheCreation = CacheCreation
BetaCacheMissMessagesChanged = CacheMissMessagesChanged
BetaCacheMissModelChanged = CacheMissModelChanged
BetaCacheMissPreviousMessageNotFound = CacheMissPreviousMessageNotFound
BetaCacheMissSystemChanged = CacheMissSystemChanged
BetaCacheMissToolsChanged = CacheMissToolsChanged
BetaCacheMissUnavailable = CacheMissUnavailable
BetaCitationCharLocation = CitationCharLocation
BetaCitationConfig = CitationsConfig
BetaCitationContentBlockLocation = CitationContentBlockLocation
BetaCitationEvent = CitationEvent
BetaCitationPageLocation = CitationPageLocation
BetaCitationSearchResultLocation = CitationsSearchResultLocation
BetaCitationsDelta = CitationsDelta
BetaCitationsWebSearchResultLocation = CitationsWebSearchResultLocation
BetaClearThinking20251015EditResponse = ClearThinking20251015EditResponse
BetaClearToolUses20250919EditResponse = ClearToolUses20250919EditResponse
BetaCodeExecutionOutputBlock = CodeExecutionOutputBlock
BetaCodeExecutionResultBlock = CodeExecutionResultBlock
BetaCodeExecutionToolResultBlock = CodeExecutionToolResultBlock
BetaCodeExecutionToolResultErrorObject = CodeExecutionToolResultErrorObject
BetaCompactionBlock = CompactionBlock
BetaCompactionContentBlockDelta = CompactionContentBlockDelta
BetaCompactionEvent = CompactionEvent
BetaCompactionIterationUsage = CompactionIterationUsage
BetaContainer = Container
BetaContainerSkill = ContainerSkill
BetaContainerUploadBlock = ContainerUploadBlock
BetaContentBlockStopEvent = ContentBlockStopEvent
BetaContextManagementResponse = ContextManagementResponse
BetaDiagnostics = Diagnostics
BetaDirectCaller = DirectCaller
BetaDocumentBlock = DocumentBlock
BetaEncryptedCodeExecutionResultBlock = EncryptedCodeExecutionResultBlock
BetaFallbackBlock = FallbackBlock
BetaFallbackCreditNotApplied = FallbackCreditNotApplied
BetaFallbackCreditRedeemed = FallbackCreditRedeemed
BetaFallbackCreditUsage = FallbackCreditUsage
BetaFallbackInfo = FallbackInfo
BetaFallbackMessageIterationUsage = FallbackMessageIterationUsage
BetaFallbackRefusalTrigger = FallbackRefusalTrigger
BetaInputJSONDelta = InputJSONDelta
BetaInputJsonEvent = InputJsonEvent
BetaMCPTool = MCPTool
BetaMCPToolListingBlock = MCPToolListingBlock
BetaMCPToolResultBlock = MCPToolResultBlock
BetaMCPToolUseBlock = MCPToolUseBlock
BetaMessageIterationUsage = MessageIterationUsage
BetaOutputTokensDetails = OutputTokensDetails
BetaPlainTextSource = PlainTextSource
BetaRawContentBlockDeltaEvent = RawContentBlockDeltaEvent
BetaRawContentBlockStartEvent = RawContentBlockStartEvent
BetaRawContentBlockStopEvent = RawContentBlockStopEvent
BetaRawMessageStopEvent = RawMessageStopEvent
BetaRedactedThinkingBlock = RedactedThinkingBlock
BetaResponseToolAdditionBlock = ResponseToolAdditionBlock
BetaResponseToolRemovalBlock = ResponseToolRemovalBlock
BetaServerToolCaller = ServerToolCaller
BetaServerToolCaller20260120 = ServerToolCaller20260120
BetaServerToolUsage = ServerToolUsage
BetaServerToolUseBlock = ServerToolUseBlock
BetaSignatureDelta = SignatureDelta
BetaSignatureEvent = SignatureEvent
BetaTextBlock = TextBlock
BetaTextDelta = TextDelta
BetaTextEditorCodeExecutionCreateResultBlock = TextEditorCodeExecutionCreateResultBlock
BetaTextEditorCodeExecutionStrReplaceResultBlock = TextEditorCodeExecutionStrReplaceResultBlock
BetaTextEditorCodeExecutionToolResultBlock = TextEditorCodeExecutionToolResultBlock
BetaTextEditorCodeExecutionToolResultErrorObject = TextEditorCodeExecutionToolResultErrorObject
BetaTextEditorCodeExecutionViewResultBlock = TextEditorCodeExecutionViewResultBlock
BetaTextEvent = TextEvent
BetaThinkingBlock = ThinkingBlock
BetaThinkingDroppedInputTransformation = ThinkingDroppedInputTransformation
BetaThinkingEvent = ThinkingEvent
BetaThinkingMismatchAllowedInputTransformation = ThinkingMismatchAllowedInputTransformation
BetaToolReferenceBlock = ToolReferenceBlock
BetaToolSearchToolResultBlock = ToolSearchToolResultBlock
BetaToolSearchToolResultErrorObject = ToolSearchToolResultErrorObject
BetaToolSearchToolSearchResultBlock = ToolSearchToolSearchResultBlock
BetaToolUseBlock = ToolUseBlock
BetaWebFetchBlock = WebFetchBlock
BetaWebFetchToolResultBlock = WebFetchToolResultBlock
BetaWebFetchToolResultErrorBlock = WebFetchToolResultErrorBlock
BetaWebSearchResultBlock = WebSearchResultBlock
BetaWebSearchToolResultBlock = WebSearchToolResultBlock
BetaWebSearchToolResultErrorObject = WebSearchToolResultErrorObject
InputJsonDelta = InputJSONDelta
ParsedBetaContentBlockStopEvent = ContentBlockStopEvent
ParsedBetaMessageStopEvent = BetaMessageStopEvent
ParsedBetaTextBlock = TextBlock
ParsedBetaTextEvent = TextEvent
ParsedContentBlockStopEvent = ContentBlockStopEvent
ParsedMessageStopEvent = MessageStopEvent
ParsedTextBlock = TextBlock

# Everything that a stream yields.
MessageStreamEvent = (
    RawMessageStartEvent
    | RawContentBlockStartEvent
    | RawContentBlockDeltaEvent
    | RawMessageDeltaEvent
    | TextEvent[Any]
    | CitationEvent
    | ThinkingEvent
    | SignatureEvent
    | InputJsonEvent
    | CompactionEvent
    | ContentBlockStopEvent[Any]
    | MessageStopEvent[Any]
    | UnknownEvent
)
BetaMessageStreamEvent = MessageStreamEvent
ParsedMessageStreamEvent = MessageStreamEvent
ParsedBetaMessageStreamEvent = MessageStreamEvent
